import { operatorEndpoints } from './operator-endpoints.ts';

test('only addresses in endpoint variables are allowed, each once, with their port', () => {
  expect(
    operatorEndpoints({
      AWS_ENDPOINT_URL: 'http://localhost:5000',
      AWS_ENDPOINT_URL_S3: 'https://s3.example.org/path',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:5000/',
      GOOGLE_STORAGE_CUSTOM_ENDPOINT: 'http://[fd00::5]/',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SQS: 'nonsense',
      ARM_CLIENT_SECRET: 'http://not-an-endpoint:1',
    }),
  ).toStrictEqual(['localhost:5000', 's3.example.org:443', '[fd00::5]:80']);
});
