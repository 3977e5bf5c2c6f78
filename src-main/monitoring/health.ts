import {
  type AlertSeverity,
  type ConditionWords,
  HEALTH_LEVELS,
  type HealthLevel,
  type HealthReason,
  type HealthReport,
  healthRank,
} from '../../src-shared/index.ts';
import { alertText } from './alert-words.ts';

/** Health is the worst of what is not in order. */
export function healthOf(
  conditions: readonly (ConditionWords & { readonly level: AlertSeverity | 'ok' | null })[],
): Pick<HealthReport, 'health' | 'reasons'> {
  const reasons = conditions.flatMap(({ key, code, values, level }): HealthReason[] =>
    level === 'warning' || level === 'critical'
      ? [{ key, code, values, level: LEVELS[level], text: alertText({ key, code, values }) }]
      : [],
  );
  const worst = Math.max(0, ...reasons.map(({ level }) => healthRank(level)));
  return {
    health: HEALTH_LEVELS[worst] as HealthLevel,
    reasons: reasons.sort((a, b) => healthRank(b.level) - healthRank(a.level)),
  };
}

const LEVELS = { warning: 'WARNING', critical: 'CRITICAL' } as const;
