// What the request asked for: features and wishes, never its content.
import type { ReactNode } from 'react';
import type { Story } from '../../api/requests.ts';
import { formatCount, formatCounted, formatShare, formatUsd, toWords } from '../../format/figures.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { tellAllowed } from './tellAllowed.ts';

export function AskedCard({ story }: { readonly story: Story }) {
  const { features, wishes, constraints, summary } = story;
  const needs = Object.entries(features.needs).flatMap(([name, needed]) => (needed ? [toWords(splitCamel(name))] : []));
  const facts: (readonly [string, ReactNode])[] = [
    ['Surface', summary.surface],
    ['Task type', `${toWords(features.taskType)}, ${formatShare(features.confidence, 0)} sure`],
    ['Signals', features.signals.join(', ') || 'none'],
    [
      'Size',
      `${formatCount(features.inputTokens)} tokens estimated in ${formatCounted(features.messageCount, 'message')}`,
    ],
    ['Needs', needs.join(', ') || 'nothing special'],
    ...(features.language === undefined ? [] : ([['Language', features.language]] as const)),
    ['Priority', wishes.priority],
    ['Latency', wishes.latencyPref],
    ...(wishes.maxCostUsd === undefined ? [] : ([['At most', formatUsd(wishes.maxCostUsd)]] as const)),
    ...(wishes.models.length === 0 ? [] : ([['Named models', wishes.models.join(', ')]] as const)),
    ['Providers', constraints.providers.join(', ')],
    ['Allowed models', tellAllowed(constraints)],
  ];
  return (
    <Card title="What was asked for" note="features, not content">
      <Facts facts={facts} />
    </Card>
  );
}

const splitCamel = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
