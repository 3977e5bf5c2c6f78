import { z } from 'zod';
import { SECRET_MASK, setting } from './setting.ts';

const share = z.number().min(0.01).max(1);
const rate = z.number().min(0).max(1000);
const percent = z.number().min(1).max(100);
const milliseconds = z.number().min(1).max(60_000);
const megabytes = z.number().min(0).max(1e9);
const seconds = z.number().min(0).max(3600);

/** Empty, masked (left as it is), or an address to post to. */
const receiver = z
  .string()
  .max(2048)
  .refine((text) => text === '' || text === SECRET_MASK || /^https?:\/\/[^\s/]+/i.test(text), {
    message: 'expected an address that begins with http:// or https://',
  });
/** Standard Webhooks: 24 to 64 bytes, in base64. */
const webhookSecret = z
  .string()
  .max(512)
  .refine(
    (text) =>
      text === '' ||
      text === SECRET_MASK ||
      /^whsec_[A-Za-z0-9+/]{32,86}={0,2}( whsec_[A-Za-z0-9+/]{32,86}={0,2})*$/.test(text),
    {
      message: 'expected whsec_ and base64 of 24 to 64 bytes',
    },
  );

/** When an alert is raised, and where it goes (design, section 7). */
export const alertSettings = {
  'alerts.fpsWarning': setting(rate.default(70), {
    title: 'Fewer frames in or masks out are a warning, where the source itself does at least 75/s',
    unit: '1/s',
    live: true,
  }),
  'alerts.fpsCritical': setting(rate.default(50), {
    title: 'Fewer frames in or masks out are critical, where the source itself does at least 75/s',
    unit: '1/s',
    live: true,
  }),
  'alerts.fpsWarningShare': setting(share.default(0.75), {
    title: 'The same for slower sources, as a share of their own rate: warning',
    live: true,
  }),
  'alerts.fpsCriticalShare': setting(share.default(0.5), {
    title: 'The same for slower sources, as a share of their own rate: critical',
    live: true,
  }),
  'alerts.latencyWarningMs': setting(milliseconds.default(30), {
    title: 'A longer latency (p95) is a warning',
    unit: 'ms',
    live: true,
  }),
  'alerts.latencyCriticalMs': setting(milliseconds.default(50), {
    title: 'A longer latency (p95) is critical',
    unit: 'ms',
    live: true,
  }),
  'alerts.gpuWarningPercent': setting(percent.default(90), {
    title: 'A higher GPU utilisation is a warning',
    unit: '%',
    live: true,
  }),
  'alerts.gpuCriticalPercent': setting(percent.default(95), {
    title: 'A higher GPU utilisation is critical',
    unit: '%',
    live: true,
  }),
  'alerts.backlogWarningMb': setting(megabytes.default(256), {
    title: 'A larger archive backlog is a warning',
    unit: 'MB',
    live: true,
  }),
  'alerts.backlogCriticalMb': setting(megabytes.default(512), {
    title: 'A larger archive backlog is critical',
    unit: 'MB',
    live: true,
  }),
  'alerts.diskWarningMb': setting(megabytes.default(10_240), {
    title: 'Less free disk space is a warning',
    unit: 'MB',
    live: true,
  }),
  'alerts.diskCriticalMb': setting(megabytes.default(2048), {
    title: 'Less free disk space is critical',
    unit: 'MB',
    live: true,
  }),
  'alerts.pendingS': setting(seconds.default(3), {
    title: 'A condition must last this long before it is an alert',
    unit: 's',
    live: true,
  }),
  'alerts.recoverS': setting(seconds.default(5), {
    title: 'A condition must be gone this long before its alert is over',
    unit: 's',
    live: true,
  }),
  'alerts.hysteresis': setting(z.number().min(0).max(0.5).default(0.05), {
    title: 'An alert is over only this far on the good side of its limit, as a share of the limit',
    live: true,
  }),
  'alerts.firstSamples': setting(z.number().int().min(0).max(3600).default(10), {
    title: 'No alert by a figure before this many samples of a source',
    live: true,
  }),
  'alerts.webhookUrl': setting(receiver.default(''), {
    title: 'Alerts are posted here as signed Standard Webhooks; empty: nowhere',
    live: true,
    secret: true,
  }),
  'alerts.webhookSecret': setting(webhookSecret.default(''), {
    title:
      'Key the webhook is signed with: whsec_ and base64 of 24 to 64 bytes; several, separated by spaces, to change it',
    live: true,
    env: 'ULTRAMOTION_WEBHOOK_SECRET',
    secret: true,
  }),
  'alerts.slackUrl': setting(receiver.default(''), {
    title: 'Alerts are posted here as {"text": …}, as Slack takes them; empty: nowhere',
    live: true,
    secret: true,
  }),
  'alerts.allowLinkLocal': setting(z.boolean().default(false), {
    title: 'Alerts may be posted to link-local addresses (169.254.0.0/16, fe80::/10)',
    live: true,
    ownerOnly: true,
  }),
} as const;
