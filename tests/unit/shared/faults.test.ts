import { describe, expect, it } from 'vitest';
import { faultsOf, settingsPatchSchema } from '../../../src-shared/index.ts';

function faults(patch: unknown): string {
  const parsed = settingsPatchSchema.safeParse(patch);
  return parsed.success ? '' : faultsOf(parsed.error, patch, 'settings');
}

describe('what is wrong with something from outside', () => {
  it('names the thing, its value and the limit, one clause a fault', () => {
    expect(faults({ 'view.maskOpacity': 3 })).toMatch(/^view\.maskOpacity 3: .*<=1$/);
    expect(faults({ 'queues.rtSize': 'x', 'view.cineSeconds': 0 })).toMatch(
      /queues\.rtSize "x": .*; view\.cineSeconds 0: .*>=1/,
    );
    expect(faults(7)).toMatch(/^settings: /);
  });

  it('shows neither secrets nor more than is read', () => {
    const secret = faults({ 'alerts.webhookSecret': 'whsec_not-one' });
    expect(secret).toMatch(/^alerts\.webhookSecret: /);
    expect(secret).not.toContain('whsec_not');
    expect(faults({ 'view.theme': 'x'.repeat(5000) }).length).toBeLessThan(300);
  });
});
