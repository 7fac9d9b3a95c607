// What stands in the navigation, in order, and whom it is for.

export type Place = {
  readonly to: '/' | '/models';
  readonly label: string;
  readonly icon: IconName;
  readonly scope: 'read' | 'chat' | 'admin';
};

export type IconName = 'overview' | 'requests' | 'models' | 'whatIf' | 'playground' | 'jobs' | 'keys';

export const PLACES: readonly Place[] = [
  { to: '/', label: 'Overview', icon: 'overview', scope: 'read' },
  { to: '/models', label: 'Models', icon: 'models', scope: 'read' },
];
