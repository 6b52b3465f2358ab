import { type SettingGroup, settingTypes } from '@deployment-engine/service';
import { z } from 'zod';

const { httpUrl, list, text } = settingTypes;

/** Settings of deployments of templates, and of notifications. */
export const outsideSettings = {
  title: 'Deployments and notifications',
  settings: {
    MAIN_API_URL: {
      meaning:
        "address of a cloud management platform's API, which is told what deployments come to, see [deployments](deployments.md)",
      type: httpUrl('must be the http(s) URL of the API'),
      example: 'https://cmp.example.org',
    },
    MAIN_API_TOKEN: {
      meaning: "the engine's own token for `MAIN_API_URL`",
      type: text,
      example: 'a-token-from-the-platform',
      secret: true,
    },
    NOTIFICATION_HOSTS: {
      meaning:
        'hosts that notifications may be sent to, written like `TEMPLATE_HOSTS`; only a host written as `host:port` is called without TLS',
      type: list,
      default: '*',
      example: 'hooks.example.org,10.0.0.5:8080',
    },
    SMTP_URL: {
      meaning:
        'mail server for notifications by e-mail, with user name and password if it needs them; `smtps:` is TLS from the start, and `?requireTLS=true` sends nothing without STARTTLS',
      type: z.url({ protocol: /^smtps?$/, error: 'must be an smtp: or smtps: URL' }),
      example: 'smtps://user:password@smtp.example.org',
      secret: true,
    },
    SMTP_FROM: {
      meaning: 'sender of notifications by e-mail; goes with `SMTP_URL`',
      type: z.email('must be an e-mail address'),
      example: 'engine@example.org',
    },
    SMTP_RECIPIENTS: {
      meaning: 'e-mail addresses that notifications may be sent to, with `*` for any text',
      type: list,
      default: '*',
      example: '*@example.org',
    },
    SLACK_API_URL: {
      meaning: 'address of the API of Slack; its host is subject to `NOTIFICATION_HOSTS`, as each one is',
      type: httpUrl('must be the http(s) URL of the API'),
      default: 'https://slack.com/api',
      example: 'https://slack.example.org/api',
    },
    PAGERDUTY_EVENTS_URL: {
      meaning: 'address of the Events API v2 of PagerDuty',
      type: httpUrl('must be the http(s) URL of the API'),
      default: 'https://events.pagerduty.com/v2/enqueue',
      example: 'https://events.eu.pagerduty.com/v2/enqueue',
    },
    TEMPLATE_HOSTS: {
      meaning:
        'hosts that the `template_url` of a deployment may name, separated by commas, with `*` for any text; a host inside a private network only as `host:port`',
      type: list,
      default: '*',
      example: 'raw.example.org,*.templates.example.org,10.0.0.5:8443',
    },
  },
} satisfies SettingGroup;
