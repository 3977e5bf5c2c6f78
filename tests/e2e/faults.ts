import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Fault {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly string[];
}

/** Faults axe calls serious or critical, on the page as it is. */
export async function seriousFaults(page: Page): Promise<Fault[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(): Promise<{ violations: never[] }> } }).axe;
    const { violations } = await axe.run();
    return (violations as { id: string; impact: string; nodes: { html: string }[] }[])
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 160)) }));
  });
}
