/** An attribute: its type in Terraform's JSON form, and `r`equired, `o`ptional, `c`omputed. */
export type Attribute = [type: unknown, kind: 'r' | 'o' | 'c' | 'oc'];

export type StandinType = {
  attributes: Record<string, Attribute>;
  /** Attributes whose change makes a new object. */
  replacedBy: string[];
  /** Attributes that the cloud makes anew whenever another one changes. */
  madeAnew: string[];
};

const text = 'string';
const tags = ['map', 'string'];

/**
 * A few types of two providers, with attributes named like the real ones', as the package @cdktf/provider-azurerm 14 and
 * @cdktf/provider-google 16 have them.
 */
export const standinTypes: Record<string, Record<string, StandinType>> = {
  azurerm: {
    azurerm_resource_group: {
      attributes: {
        id: [text, 'c'],
        name: [text, 'r'],
        location: [text, 'r'],
        managed_by: [text, 'o'],
        tags: [tags, 'o'],
      },
      replacedBy: ['name', 'location'],
      madeAnew: [],
    },
    azurerm_resource_group_template_deployment: {
      attributes: {
        id: [text, 'c'],
        name: [text, 'r'],
        resource_group_name: [text, 'r'],
        deployment_mode: [text, 'r'],
        template_content: [text, 'oc'],
        template_spec_version_id: [text, 'o'],
        parameters_content: [text, 'oc'],
        output_content: [text, 'c'],
        debug_level: [text, 'o'],
        tags: [tags, 'o'],
      },
      replacedBy: ['name', 'resource_group_name'],
      madeAnew: ['output_content'],
    },
  },
  google: {
    google_storage_bucket: {
      attributes: {
        id: [text, 'c'],
        name: [text, 'r'],
        location: [text, 'r'],
        project: [text, 'oc'],
        storage_class: [text, 'o'],
        labels: [tags, 'o'],
        force_destroy: ['bool', 'o'],
        uniform_bucket_level_access: ['bool', 'oc'],
        public_access_prevention: [text, 'oc'],
        self_link: [text, 'c'],
        url: [text, 'c'],
      },
      replacedBy: ['name', 'location', 'project'],
      madeAnew: [],
    },
  },
};

/** Attributes of the providers themselves. */
export const providerAttributes: Record<string, Record<string, Attribute>> = {
  azurerm: { subscription_id: [text, 'o'], tenant_id: [text, 'o'], client_id: [text, 'o'] },
  google: { project: [text, 'o'], region: [text, 'o'], zone: [text, 'o'], credentials: [text, 'o'] },
};
