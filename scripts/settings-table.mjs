// Prints the README's table of settings from the schema, so that nobody types a default twice: node scripts/settings-table.mjs
import { defaultSettings, SETTING_KEYS, settingInfo } from '../src-shared/index.ts';

const defaults = defaultSettings();
console.log('| setting | default | what it is | acts |');
console.log('|---|---|---|---|');
for (const key of SETTING_KEYS) {
  const { title, unit, live, env } = settingInfo(key);
  const what = `${title}${unit === undefined ? '' : ` (${unit})`}${env === undefined ? '' : `; \`${env}\``}`;
  console.log(
    `| \`${key}\` | \`${JSON.stringify(defaults[key])}\` | ${what} | ${live ? 'at once' : 'after a restart'} |`,
  );
}
