// What all charts have in common.

export const AXIS = { axisLine: false, tickLine: false, stroke: 'var(--line-strong)' } as const;
export const TICK = { fill: 'var(--ink-soft)', fontSize: 12 } as const;
export const MARGIN = { top: 8, right: 4, bottom: 0, left: 0 } as const;
