import { asArray, asRecord, asString, strings } from '@deployment-engine/terraform-code';
import type { PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { expectValue, isFalse, isTrue, review, type Violation, violationIf } from '../rule.ts';

const basicRoles = ['roles/owner', 'roles/editor'];
const everybody = ['allUsers', 'allAuthenticatedUsers'];

/** Returns who gets a role: `member`, `members` of a binding, `entity` of an access control. */
function membersOf({ attributes }: PlannedResource): PlannedValue[] {
  return ['member', 'members', 'entity'].map((name) => attributes.get(name));
}

export function expectNotEverybody(resource: PlannedResource, message: string): Violation[] {
  const members = membersOf(resource);
  if (members.some(({ strings }) => strings.some(isEverybody))) return violationIf(true, message);
  return members.some(({ isPending }) => isPending) ? review('who gets access') : [];
}

function isEverybody(member: string): boolean {
  return everybody.includes(member);
}

function isAdministration(range: string): boolean {
  const [from = Number.NaN, to = from] = range.split('-').map(Number);
  return [22, 3389].some((port) => from <= port && port <= to);
}

/** A rule without sources allows everybody. */
export function checkFirewall({ attributes }: PlannedResource): Violation[] {
  const ranges = attributes.get('source_ranges');
  const others = ['source_tags', 'source_service_accounts'].some((name) => attributes.get(name).isPresent);
  const inbound = String(attributes.get('direction').value ?? 'INGRESS') === 'INGRESS';
  const isOff = !inbound || isTrue(attributes.get('disabled').value);
  const opens = attributes.get('allow').items.some((allow) => {
    const protocol = String(allow.get('protocol').value).toLowerCase();
    const ports = allow.get('ports').strings;
    const all = ports.length === 0 && !allow.get('ports').isPartlyUnknown;
    return protocol === 'all' || (['tcp', '6'].includes(protocol) && (all || ports.some(isAdministration)));
  });
  if (isOff) return [];
  const unsourced = ranges.strings.length === 0 && !ranges.isPending && !others;
  const open = unsourced || ranges.strings.some((range) => /\/0$/.test(range));
  if (open && opens) return violationIf(true, 'SSH or RDP is open to the internet');
  const pending = ranges.isPending ? opens : open && attributes.get('allow').isPartlyUnknown;
  return pending ? review('what the firewall lets in') : [];
}

export function checkGrants(resource: PlannedResource): Violation[] {
  const { attributes } = resource;
  const policy = attributes.get('policy_data');
  if (policy.isPending) return review('policy_data');
  const grants = [
    { role: attributes.get('role').value, members: membersOf(resource).flatMap(({ strings }) => strings) },
    ...bindingsIn(policy.value),
  ];
  const found = grants.flatMap(({ role, members }) => [
    ...violationIf(members.some(isEverybody), 'everybody gets the role'),
    ...violationIf(
      basicRoles.includes(String(role)) && members.some((member) => member.startsWith('serviceAccount:')),
      'a service account is owner or editor',
    ),
  ]);
  if (found.length > 0) return found;
  const pending = [attributes.get('role'), ...membersOf(resource)].some(({ isPending }) => isPending);
  return pending ? review('who gets which role') : [];
}

/** Returns the bindings of a `google_iam_policy` document; none if the text is not JSON. */
function bindingsIn(policyData: unknown): { role: unknown; members: string[] }[] {
  try {
    const { bindings } = asRecord(JSON.parse(asString(policyData)));
    return asArray(bindings).map((entry) => ({
      role: asRecord(entry).role,
      members: strings(asRecord(entry).members),
    }));
  } catch {
    return [];
  }
}

export function checkSql({ attributes }: PlannedResource): Violation[] {
  const settings = attributes.get('settings').first;
  const network = settings.get('ip_configuration').first;
  const modes = ['ENCRYPTED_ONLY', 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED'];
  return [
    ...network
      .get('authorized_networks')
      .items.flatMap((entry) =>
        expectValue(
          'an authorized network',
          entry.get('value'),
          (value) => !/\/0$/.test(String(value)),
          'every address may connect',
        ),
      ),
    ...expectValue(
      'ssl_mode',
      network.get('ssl_mode'),
      (mode) => modes.includes(String(mode)),
      'connections need no TLS',
    ),
    ...expectValue(
      'backup_configuration.enabled',
      settings.get('backup_configuration').first.get('enabled'),
      isTrue,
      'there are no backups',
    ),
  ];
}

export function checkInstance({ attributes }: PlannedResource): Violation[] {
  const account = attributes.get('service_account').first;
  const email = String(account.get('email').value ?? '');
  const isDefault =
    !account.get('email').isPending &&
    (email === '' || email.endsWith('-compute@developer.gserviceaccount.com'));
  const allScopes = account.get('scopes').strings.some((scope) => /(^|\/)cloud-platform$/.test(scope));
  const shielded = attributes.get('shielded_instance_config').first;
  const protections = ['enable_secure_boot', 'enable_vtpm', 'enable_integrity_monitoring'];
  return [
    ...violationIf(
      attributes.get('network_interface').items.some((entry) => entry.get('access_config').items.length > 0),
      'the instance has a public address',
    ),
    ...violationIf(isDefault && allScopes, 'the default service account may do everything'),
    ...violationIf(
      attributes.get('shielded_instance_config').items.length === 0,
      'the instance is not shielded',
    ),
    ...protections.flatMap((name) =>
      expectValue(name, shielded.get(name), (value) => !isFalse(value), 'the instance is not shielded'),
    ),
  ];
}
