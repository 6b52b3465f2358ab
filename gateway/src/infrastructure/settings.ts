import { type SettingGroup, settingTypes } from '@deployment-engine/service';

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
    TEMPLATE_HOSTS: {
      meaning:
        'hosts that the `template_url` of a deployment may name, separated by commas, with `*` for any text; a host inside a private network only as `host:port`',
      type: list,
      default: '*',
      example: 'raw.example.org,*.templates.example.org,10.0.0.5:8443',
    },
  },
} satisfies SettingGroup;
