/** Labels of a series; their order is the caller's. */
export type Labels = Readonly<Record<string, string>>;

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly series: readonly Series[];
}

export interface Series {
  /** `_bucket`, `_sum`, `_count` of a histogram; absent elsewhere. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** Prometheus text format 0.0.4: one HELP and TYPE a family, then its series; a family without any is left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ series }) => series.length > 0)
    .map(({ name, help, type, series }) => {
      const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
      return (
        head + series.map((one) => `${name}${one.suffix ?? ''}${labelText(one.labels)} ${number(one.value)}\n`).join('')
      );
    })
    .join('');
}

/** The series of one histogram. `cumulative` has one count more than there are edges: all observations. */
export function histogramSeries(
  histogram: { readonly edges: readonly number[]; readonly cumulative: readonly number[]; readonly sum: number },
  labels: Labels = {},
): Series[] {
  const { edges, cumulative, sum } = histogram;
  const total = cumulative.at(-1) ?? 0;
  return [
    ...edges.map((edge, index) => ({
      suffix: '_bucket',
      labels: { ...labels, le: number(edge) },
      value: cumulative[index] ?? 0,
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: total },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: total },
  ];
}

const number = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';

function labelText(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
