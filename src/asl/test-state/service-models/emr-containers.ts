/**
 * Responses of emr-containers, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateVirtualCluster CreateVirtualClusterResponse
DeleteVirtualCluster DeleteVirtualClusterResponse
DescribeJobRun DescribeJobRunResponse
StartJobRun StartJobRunResponse

CreateVirtualClusterResponse id:s1-64 name:s1-64 arn:s60-1024
DeleteVirtualClusterResponse id:s1-64
DescribeJobRunResponse jobRun:JobRun
JobRun id:s1-64 name:s1-64 virtualClusterId:s1-64 arn:s60-1024 state:#JobRunState clientToken:s1-64 executionRoleArn:s20-2048 releaseLabel:s1-64 configurationOverrides:ConfigurationOverrides jobDriver:JobDriver createdAt:s createdBy:s20-2048 finishedAt:s stateDetails:s1-256 failureReason:#FailureReason tags:{s0-256} retryPolicyConfiguration:RetryPolicyConfiguration retryPolicyExecution:RetryPolicyExecution
ConfigurationOverrides applicationConfiguration:[Configuration] monitoringConfiguration:MonitoringConfiguration
Configuration classification!:s1-1024 properties:{s1-1024} configurations:[Configuration]
MonitoringConfiguration managedLogs:ManagedLogs persistentAppUI:#PersistentAppUI cloudWatchMonitoringConfiguration:CloudWatchMonitoringConfiguration s3MonitoringConfiguration:S3MonitoringConfiguration containerLogRotationConfiguration:ContainerLogRotationConfiguration
ManagedLogs allowAWSToRetainLogs:#AllowAWSToRetainLogs encryptionKeyArn:s3-2048
CloudWatchMonitoringConfiguration logGroupName!:s1-512 logStreamNamePrefix:s1-256
S3MonitoringConfiguration logUri!:s1-10280
ContainerLogRotationConfiguration rotationSize!:s3-12 maxFilesToKeep!:n1~50
JobDriver sparkSubmitJobDriver:SparkSubmitJobDriver sparkSqlJobDriver:SparkSqlJobDriver
SparkSubmitJobDriver entryPoint!:s1-256 entryPointArguments:[s1-10280] sparkSubmitParameters:s1-102400
SparkSqlJobDriver entryPoint:s1-256 sparkSqlParameters:s1-102400
RetryPolicyConfiguration maxAttempts!:n
RetryPolicyExecution currentAttemptCount!:n
StartJobRunResponse id:s1-64 name:s1-64 arn:s60-1024 virtualClusterId:s1-64

#JobRunState PENDING|SUBMITTED|RUNNING|FAILED|CANCELLED|CANCEL_PENDING|COMPLETED
#AllowAWSToRetainLogs ENABLED|DISABLED
#PersistentAppUI ENABLED|DISABLED
#FailureReason INTERNAL_ERROR|USER_ERROR|VALIDATION_ERROR|CLUSTER_UNAVAILABLE
`;
