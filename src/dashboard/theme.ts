// How the components look: one accent colour, small and dense, colours taken from styles/colours.css in both schemes.
import { type CSSVariablesResolver, type MantineColorsTuple, createTheme } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#e8f6f4',
  '#cfeae6',
  '#a3d8d1',
  '#72c5ba',
  '#4cb3a6',
  '#2b9488',
  '#15837a',
  '#0f766e',
  '#0b5f58',
  '#074640',
];

/** Darkness with a little of the accent in it, from text to ground. */
const dark: MantineColorsTuple = [
  '#c9d3d0',
  '#b0bcb8',
  '#8f9c98',
  '#5f6d69',
  '#3c4845',
  '#313c39',
  '#1e2625',
  '#161c1b',
  '#111716',
  '#0c1110',
];

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", Arial, sans-serif';

export const theme = createTheme({
  colors: { pine, dark },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: { fontFamily: FONT, fontWeight: '600' },
});

/** The component library's own names for what styles/colours.css defines. */
export const variables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--paper)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default': 'var(--paper)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
  };
  return { variables: {}, light: both, dark: both };
};
