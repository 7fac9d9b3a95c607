// What stands in the navigation, in order, and whom it is for.

export type Place = {
  readonly to: '/' | '/requests' | '/models' | '/what-if' | '/playground' | '/jobs' | '/keys';
  readonly label: string;
  readonly icon: IconName;
  readonly scope: 'read' | 'chat' | 'admin';
};

export type IconName = 'overview' | 'requests' | 'models' | 'whatIf' | 'playground' | 'jobs' | 'keys';

export const PLACES: readonly Place[] = [
  { to: '/', label: 'Overview', icon: 'overview', scope: 'read' },
  { to: '/requests', label: 'Requests', icon: 'requests', scope: 'read' },
  { to: '/models', label: 'Models', icon: 'models', scope: 'read' },
  { to: '/what-if', label: 'What if', icon: 'whatIf', scope: 'read' },
  { to: '/playground', label: 'Playground', icon: 'playground', scope: 'chat' },
  { to: '/jobs', label: 'Jobs', icon: 'jobs', scope: 'admin' },
  { to: '/keys', label: 'Keys and budgets', icon: 'keys', scope: 'admin' },
];
