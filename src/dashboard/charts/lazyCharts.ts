// The charts, loaded when the first one is drawn: their library is the largest part of the page.
import { lazy } from 'react';

export const TimeBars = lazy(async () => ({ default: (await import('./TimeBars.tsx')).TimeBars }));
export const TimeLines = lazy(async () => ({ default: (await import('./TimeLines.tsx')).TimeLines }));
export const StepLines = lazy(async () => ({ default: (await import('./StepLines.tsx')).StepLines }));
