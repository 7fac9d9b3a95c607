// The frame around every page: where one can go, who is signed in, and whether the answers are real.
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Icon } from './Icon.tsx';
import { Brand } from './Brand.tsx';
import { NavigationLinks } from './NavigationLinks.tsx';
import { SchemeToggle } from './SchemeToggle.tsx';
import { SimulatedNote } from './SimulatedNote.tsx';
import { Viewer } from './Viewer.tsx';

export function Shell() {
  const [open, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className="side" data-open={open || undefined}>
        <div className="side-top">
          <Brand />
          <SchemeToggle />
          <button type="button" className="menu-button" aria-expanded={open} aria-controls="places" onClick={toggle}>
            <Icon name="menu" />
            <span className="visually-hidden">Menu</span>
          </button>
        </div>
        <div className="side-body" id="places">
          <NavigationLinks />
          <Viewer />
        </div>
      </header>
      <main className="content" id="content" tabIndex={-1}>
        <SimulatedNote />
        <Outlet />
      </main>
    </div>
  );
}
