// The few drawings of the navigation, one stroke wide.
import type { IconName } from './navigation.ts';

const PATHS: Readonly<Record<IconName | 'menu' | 'sun' | 'moon' | 'leave', string>> = {
  overview: 'M3 13h3V8H3zm5 0h3V3H8zm5 0h0',
  requests: 'M3 4h10M3 8h10M3 12h6',
  models: 'M8 2l5 3v6l-5 3-5-3V5zm0 6l5-3M8 8v6M8 8L3 5',
  whatIf: 'M3 13V3m0 8c5 0 4-6 10-6m-3-2 3 2-3 2',
  playground: 'M5 3l8 5-8 5z',
  jobs: 'M8 4v4l3 2M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2',
  keys: 'M9 7l5-5m-2 2 2 2M6 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6',
  menu: 'M2 4h12M2 8h12M2 12h12',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1M8 14v1M1 8h1M14 8h1M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5',
  leave: 'M9 3H4v10h5M7 8h7m-2.500-2.500L14 8l-2.500 2.500',
};

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
