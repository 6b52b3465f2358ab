import type { UsageProfile } from '@deployment-engine/contracts';

/**
 * Default monthly usage of a small service, by resource type and usage key. These are assumptions about use,
 * not prices, and every result that uses one lists it. `medium` is ten times, `large` a hundred times as
 * much; `none` assumes nothing.
 */
const smallUsage: Record<string, Record<string, number>> = {
  aws_api_gateway_rest_api: { monthly_requests: 1_000_000 },
  aws_apigatewayv2_api: { monthly_requests: 1_000_000 },
  aws_cloudfront_distribution: {
    'monthly_data_transfer_to_internet_gb.us': 50,
    'monthly_https_requests.us': 500_000,
  },
  aws_cloudwatch_log_group: { monthly_data_ingested_gb: 5, storage_gb: 5 },
  aws_dynamodb_table: {
    monthly_write_request_units: 500_000,
    monthly_read_request_units: 1_000_000,
    storage_gb: 5,
  },
  aws_ecr_repository: { storage_gb: 2 },
  aws_efs_file_system: { storage_gb: 10 },
  aws_elb: { monthly_data_processed_gb: 20 },
  aws_kinesis_stream: { monthly_on_demand_data_ingested_gb: 5 },
  aws_lambda_function: { monthly_requests: 500_000, request_duration_ms: 200 },
  aws_lb: { processed_bytes_gb: 20 },
  aws_alb: { processed_bytes_gb: 20 },
  aws_nat_gateway: { monthly_data_processed_gb: 20 },
  aws_networkfirewall_firewall: { monthly_data_processed_gb: 20 },
  aws_rds_cluster: { storage_gb: 10, write_requests_per_sec: 1, read_requests_per_sec: 2 },
  aws_rds_cluster_instance: { capacity_units_per_hr: 0.5 },
  aws_s3_bucket: {
    'standard.storage_gb': 20,
    'standard.monthly_tier_1_requests': 20_000,
    'standard.monthly_tier_2_requests': 200_000,
  },
  aws_sfn_state_machine: { monthly_transitions: 20_000 },
  aws_sns_topic: { monthly_requests: 100_000 },
  aws_sqs_queue: { monthly_requests: 500_000 },
  aws_vpc_endpoint: { monthly_data_processed_gb: 20 },
  aws_wafv2_web_acl: { monthly_requests: 1_000_000 },
};

const factors: Record<UsageProfile, number> = { none: 0, small: 1, medium: 10, large: 100 };

/** Durations do not grow with traffic. */
const unscaled = new Set(['request_duration_ms']);

export function profileUsage(profile: UsageProfile, type: string, path: string): number | null {
  const base = smallUsage[type]?.[path];
  if (base === undefined || profile === 'none') return null;
  return unscaled.has(path) ? base : base * factors[profile];
}
