// What the request asked for: features and wishes, never its content.
import type { ReactNode } from 'react';
import type { Story } from '../../api/requests.ts';
import { formatCount, formatCounted, formatShare, formatUsd, toWords } from '../../format/figures.ts';
import { Card } from '../../parts/Card.tsx';
import { Facts } from '../../parts/Facts.tsx';

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
    ['Allowed models', allowed(constraints.orgModels, constraints.keyModels)],
  ];
  return (
    <Card title="What was asked for" note="features, not content">
      <Facts facts={facts} />
    </Card>
  );
}

function allowed(org: readonly string[] | null, key: readonly string[] | null): string {
  if (org === null && key === null) return 'all';
  return (key ?? org ?? []).join(', ');
}

const splitCamel = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
