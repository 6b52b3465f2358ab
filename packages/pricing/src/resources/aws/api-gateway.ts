import { Decimal } from 'decimal.js';
import { combine } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** Request prices of REST APIs fall in tiers, counted in millions. */
export const apiGatewayRest: ResourceModule = {
  types: ['aws_api_gateway_rest_api'],
  category: 'networking',
  components: () => [
    {
      name: 'Requests',
      unit: '1M requests',
      usageKey: 'monthly_requests',
      per: 1_000_000,
      price: 'aws.apigateway.rest',
    },
  ],
};

/** HTTP requests are metered in steps of 512 KB, WebSocket messages in steps of 32 KB. */
export const apiGatewayV2: ResourceModule = {
  types: ['aws_apigatewayv2_api'],
  category: 'networking',
  components: (api) => (api.text('protocol_type') === 'WEBSOCKET' ? webSocket(api) : [http(api)]),
};

function http(api: ResourceReader): ComponentSpec {
  const steps = combine([api.usage('request_size_kb') ?? 1], (size) => Decimal.max(size.div(512).ceil(), 1));
  return {
    name: 'Requests',
    unit: '1M requests',
    usageKey: 'monthly_requests',
    per: 1_000_000,
    times: steps,
    price: 'aws.apigateway.http',
  };
}

function webSocket(api: ResourceReader): ComponentSpec[] {
  const steps = combine([api.usage('message_size_kb') ?? 1], (size) => Decimal.max(size.div(32).ceil(), 1));
  return [
    {
      name: 'Messages',
      unit: '1M messages',
      usageKey: 'monthly_messages',
      per: 1_000_000,
      times: steps,
      price: 'aws.apigateway.websocket.messages',
    },
    {
      name: 'Connection time',
      unit: '1M minutes',
      usageKey: 'monthly_connection_mins',
      per: 1_000_000,
      price: 'aws.apigateway.websocket.minutes',
    },
  ];
}
