import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';
import { languageOf } from '../../../src-renderer/words/language.ts';

const RENDERER = path.resolve(import.meta.dirname, '../../../src-renderer');

/** Every text of a catalogue by its place, functions as they are. */
function leaves(value: unknown, place = ''): [place: string, leaf: unknown][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, part]) => leaves(part, place === '' ? key : `${place}.${key}`))
    : [[place, value]];
}

/** Texts that are the same word in both languages, or no word. Whoever adds one says so here. */
const SAME_IN_BOTH = new Set([
  'shell.none',
  'shell.views.performance',
  'live.figures.perSecond',
  'live.figures.p50',
  'live.figures.p95',
  'live.figures.milliseconds',
  'live.figures.queue.rt',
  'live.figures.queue.gpu',
  'live.figures.queue.out',
  'live.figures.renderers.webgl',
  'live.figures.renderers.2d',
  'shell.latency.percentiles.0',
  'shell.latency.percentiles.1',
  'shell.latency.percentiles.2',
  'performance.ranges.minutes5',
  'performance.ranges.minutes30',
  'performance.ranges.hours6',
  'performance.ranges.day',
  'performance.formats.png',
  'performance.formats.csv',
  'performance.formats.json',
  'performance.series.latency_p50_ms',
  'performance.series.latency_p95_ms',
  'performance.series.latency_p99_ms',
  'performance.series.queue_rt_size',
  'performance.series.queue_gpu_size',
  'performance.series.queue_rt_drops',
  'performance.series.queue_gpu_drops',
  'performance.series.gpu_util',
  'performance.series.gpu_temp_c',
  'settings.groups.source',
  'settings.groups.gpu',
  'alerts.routeNames.webhook',
  'alerts.routeNames.slack',
  'settings.choices.en',
  'settings.choices.normal',
  'settings.choices.webgl',
  'settings.choices.fr',
  // As Slicer's own form names them.
  'guide.slicer.fields.type',
  'guide.slicer.fields.client',
  'guide.slicer.fields.host',
  'guide.slicer.fields.port',
]);
const SYMBOL = /^[^\p{L}]*$/u;

describe('the catalogues', () => {
  const english = leaves(CATALOGUES.en);
  const french = new Map(leaves(CATALOGUES.fr));

  it('have the same places, each a text or a function of as many values', () => {
    expect([...french.keys()].sort()).toEqual(english.map(([place]) => place).sort());
    for (const [place, leaf] of english) {
      const other = french.get(place);
      expect(typeof other, place).toBe(typeof leaf);
      if (typeof leaf === 'function') {
        expect((other as () => string).length, place).toBeLessThanOrEqual(leaf.length);
      }
    }
  });

  it('say everything, in two languages', () => {
    for (const [place, leaf] of english) {
      if (typeof leaf === 'function') continue;
      const texts = [leaf, french.get(place)] as string[];
      expect(
        texts.every((text) => text.trim() !== ''),
        `${place} is empty`,
      ).toBe(true);
      if (!SAME_IN_BOTH.has(place) && !SYMBOL.test(texts[0] as string)) {
        expect(texts[1], `${place} is not translated`).not.toBe(texts[0]);
      }
    }
  });
});

/** Attributes that are read to or by the operator. */
const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'aria-description']);

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Text with letters that stands in the markup itself instead of in a catalogue. */
function* literalTexts(node: SyntaxNode): Generator<string> {
  if (node.type === 'JSXText' && /\p{L}/u.test(String(node['value']))) {
    yield String(node['value']).trim();
  }
  if (node.type === 'JSXExpressionContainer' || node.type === 'JSXAttribute') {
    const name = (node['name'] as { name?: string } | undefined)?.name;
    const value = (node['expression'] ?? node['value']) as SyntaxNode | null;
    const isText = value?.type === 'Literal' && typeof value['value'] === 'string';
    if (isText && /\p{L}{2}/u.test(value['value'] as string) && (name === undefined || SPOKEN.has(name))) {
      if (node.type === 'JSXAttribute' || !('ofAttribute' in node)) yield value['value'] as string;
    }
  }
  for (const part of Object.values(node).flat()) {
    if (isNode(part) && !(node.type === 'JSXAttribute' && part.type === 'JSXExpressionContainer')) {
      yield* literalTexts(part);
    }
  }
}

describe('the components', () => {
  const files = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'));

  it.each(files)('%s holds no text of its own', (file) => {
    const { program, errors } = parseSync(file, readFileSync(path.join(RENDERER, file), 'utf8'));
    expect(errors).toEqual([]);
    expect([...literalTexts(program as unknown as SyntaxNode)]).toEqual([]);
  });

  it('would be found out', () => {
    const { program } = parseSync(
      'a.tsx',
      'const A = () => <p title="Old" className="big">Stale {"picture"} {word}</p>;',
    );
    expect([...literalTexts(program as unknown as SyntaxNode)]).toEqual(['Old', 'Stale', 'picture']);
  });
});

describe('the language', () => {
  it('is the setting, else the first of the browser that we speak, else English', () => {
    expect(languageOf('fr', ['en-GB'])).toBe('fr');
    expect(languageOf('auto', ['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(languageOf('auto', ['de-DE'])).toBe('en');
  });
});
