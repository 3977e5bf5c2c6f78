import type { ProviderReport } from '../../src-shared/index.ts';
import { saidText, useWords } from '../words/index.ts';

/** Which processor runs each file of the model, and what became of every other one that was tried. */
export function ProviderReports({ reports }: { readonly reports: readonly ProviderReport[] }) {
  const words = useWords();
  const { models, shell } = words;
  const { providers } = models;
  return (
    <div className="provider-reports">
      {reports.map((report) => (
        <table key={report.role} className="provider-report" data-fell-back={report.fellBack}>
          <caption>{providers.running(report)}</caption>
          <thead>
            <tr>
              {providers.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.trials.map(({ provider, outcome, why, said, runMs }) => (
              <tr key={provider} data-outcome={outcome}>
                <th scope="row">{provider.toUpperCase()}</th>
                <td>
                  {providers.outcomes[outcome]}
                  {why !== null && <span className="provider-why">{saidText(words, said, why)}</span>}
                </td>
                <td className="figure">{runMs === null ? shell.none : shell.number(runMs, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
