// Light or dark: the system's choice until the viewer makes another.
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Icon } from './Icon.tsx';

export function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <button
      type="button"
      className="quiet-button"
      title={`Switch to ${other} colours`}
      aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      <Icon name={scheme === 'light' ? 'moon' : 'sun'} />
    </button>
  );
}
