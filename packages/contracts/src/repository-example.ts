/** A small deployment repository, as an upload holds it. */
export const repositoryExample = {
  'stacks/user-platform/stack.yaml': `apiVersion: core.deployer.io/v1
kind: Stack
metadata: {name: user-platform}
spec:
  provider: {name: aws, region: us-east-1}
`,
  'stacks/user-platform/services/notification-service/service.yaml': `apiVersion: core.deployer.io/v1
kind: Service
metadata: {name: notification-service, stack: user-platform}
spec: {}
`,
  'stacks/user-platform/services/notification-service/components/database/rds.yaml': `apiVersion: components.deployer.io/v1
kind: RDS
metadata: {name: database, service: notification-service, stack: user-platform}
spec:
  engine: {type: postgres, version: "15.4"}
  instance:
    class: db.t3.medium
    storage: {type: gp3, allocatedGB: 50}
  database: {name: notificationdb, username: dbadmin}
`,
};
