/**
 * Services of AWS by the word that resources of the States Language write (`aws-sdk:emrserverless:…`), which is the name of
 * AWS's client without its dashes, and the beginning of their errors' names.
 *
 * A word alone decides which package is loaded, so only AWS's own clients can be: `@aws-sdk/client-` and a name of this table,
 * or, for services that came later, the word itself.
 * Source: Step Functions developer guide, "Learning to use AWS service SDK integrations"; names of the clients: npm.
 * @module
 */

/** Clients whose name has dashes; the word is the name without them. */
const DASHED = `acm-pca api-gateway app-mesh application-auto-scaling application-insights application-signals
auto-scaling auto-scaling-plans backup-gateway bcm-data-exports bedrock-agent bedrock-agent-runtime bedrock-agentcore
bedrock-agentcore-control bedrock-data-automation bedrock-data-automation-runtime bedrock-runtime chime-sdk-identity
chime-sdk-media-pipelines chime-sdk-meetings chime-sdk-messaging chime-sdk-voice cloudfront-keyvaluestore cloudhsm-v2
cloudsearch-domain cloudwatch-logs codeguru-reviewer codestar-connections codestar-notifications cognito-identity
cognito-identity-provider cognito-sync compute-optimizer config-service connect-contact-lens cost-and-usage-report-service
cost-explorer cost-optimization-hub customer-profiles data-pipeline database-migration-service device-farm devops-guru
direct-connect directory-service docdb-elastic dynamodb-streams ec2-instance-connect ecr-public elastic-beanstalk
elastic-load-balancing elastic-load-balancing-v2 elastic-transcoder elasticsearch-service emr-containers emr-serverless
geo-maps geo-places geo-routes global-accelerator iot-data-plane iot-events iot-events-data iot-jobs-data-plane
iot-wireless ivs-realtime kinesis-analytics kinesis-analytics-v2 kinesis-video kinesis-video-archived-media
kinesis-video-media kinesis-video-signaling launch-wizard lex-model-building-service lex-models-v2 lex-runtime-service
lex-runtime-v2 license-manager machine-learning marketplace-agreement marketplace-catalog
marketplace-commerce-analytics marketplace-entitlement-service marketplace-metering mediapackage-vod mediastore-data
medical-imaging migration-hub migration-hub-refactor-spaces migrationhub-config neptune-graph network-firewall
payment-cryptography personalize-events personalize-runtime pinpoint-email pinpoint-sms-voice pinpoint-sms-voice-v2
rds-data redshift-data redshift-serverless resource-explorer-2 resource-groups resource-groups-tagging-api route-53
route-53-domains route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness s3-control
sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore-runtime sagemaker-geospatial sagemaker-runtime
secrets-manager service-catalog service-catalog-appregistry service-quotas snow-device-management ssm-contacts
ssm-incidents sso-admin sso-oidc storage-gateway timestream-influxdb timestream-query timestream-write
transcribe-streaming voice-id vpc-lattice waf-regional workspaces-thin-client workspaces-web
qldb-session kinesis-video-webrtc-storage workspaces-instances iot-1click-projects signer-data partnercentral-account
partnercentral-benefits partnercentral-channel partnercentral-selling`;

const CLIENTS: ReadonlyMap<string, string> = new Map([
  ...DASHED.split(/\s+/).map((client): [string, string] => [client.replaceAll('-', ''), client]),
  // Resources name these after AWS's Java packages.
  ['databasemigration', 'database-migration-service'],
  ['config', 'config-service'],
  ['costandusagereport', 'cost-and-usage-report-service'],
  ['directory', 'directory-service'],
  ['elasticsearch', 'elasticsearch-service'],
  ['lexmodelbuilding', 'lex-model-building-service'],
  ['lexruntime', 'lex-runtime-service'],
  ['marketplaceentitlement', 'marketplace-entitlement-service'],
]);

/**
 * The npm package of a service's client; undefined for what is no word of a service.
 * @example clientPackage('emrserverless') // '@aws-sdk/client-emr-serverless'
 */
export function clientPackage(service: string): string | undefined {
  if (!/^[a-z][a-z0-9]{1,60}$/.test(service)) return undefined;
  return `@aws-sdk/client-${CLIENTS.get(service) ?? service}`;
}

/**
 * Divides a name into words as AWS's Java SDK does, and writes each with a capital: names of members and services that
 * resources show are made so.
 * @example javaName('DBInstanceIdentifier') // 'DbInstanceIdentifier'
 * @example javaName('MD5OfMessageBody') // 'Md5OfMessageBody'
 */
export function javaName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .replace(/([a-z])(?=[A-Z][A-Za-z0-9])/g, '$1 ')
    .replace(/([A-Z]+)(?=[A-Z][a-z])/g, '$1 ')
    .replace(/([0-9])(?=[A-Za-z])/g, '$1 ')
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('');
}
