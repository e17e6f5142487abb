/**
 * Responses of emr-serverless, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CancelJobRun CancelJobRunResponse
CreateApplication CreateApplicationResponse
GetJobRun GetJobRunResponse
StartJobRun StartJobRunResponse

CancelJobRunResponse applicationId!:s1-64 jobRunId!:s1-64
CreateApplicationResponse applicationId!:s1-64 name:s1-64 arn!:s60-1024
GetJobRunResponse jobRun!:JobRun
JobRun applicationId!:s1-64 jobRunId!:s1-64 name:s1-256 arn!:s60-1024 createdBy!:s20-2048 createdAt!:s updatedAt!:s executionRole!:s20-2048 executionIamPolicy:JobRunExecutionIamPolicy state!:#JobRunState stateDetails!:s1-256 releaseLabel!:s1-64 configurationOverrides:ConfigurationOverrides jobDriver!:JobDriver tags:{s0-256} totalResourceUtilization:TotalResourceUtilization networkConfiguration:NetworkConfiguration totalExecutionDurationSeconds:n executionTimeoutMinutes:n0~1000000 billedResourceUtilization:ResourceUtilization mode:#JobRunMode retryPolicy:RetryPolicy attempt:n1~ attemptCreatedAt:s attemptUpdatedAt:s startedAt:s endedAt:s queuedDurationMilliseconds:n
JobRunExecutionIamPolicy policy:s1-2048 policyArns:[s20-2048]
ConfigurationOverrides applicationConfiguration:[Configuration] monitoringConfiguration:MonitoringConfiguration
Configuration classification!:s1-1024 properties:{s0-1024} configurations:[Configuration]
MonitoringConfiguration s3MonitoringConfiguration:S3MonitoringConfiguration managedPersistenceMonitoringConfiguration:ManagedPersistenceMonitoringConfiguration cloudWatchLoggingConfiguration:CloudWatchLoggingConfiguration prometheusMonitoringConfiguration:PrometheusMonitoringConfiguration
S3MonitoringConfiguration logUri:s1-10280 encryptionKeyArn:s20-2048
ManagedPersistenceMonitoringConfiguration enabled:b encryptionKeyArn:s20-2048
CloudWatchLoggingConfiguration enabled!:b logGroupName:s1-512 logStreamNamePrefix:s1-512 encryptionKeyArn:s20-2048 logTypes:{[s1-50]}
PrometheusMonitoringConfiguration remoteWriteUrl:s1-10280
JobDriver sparkSubmit:SparkSubmit hive:Hive
SparkSubmit entryPoint!:s1-4096 entryPointArguments:[s1-] sparkSubmitParameters:s1-102400
Hive query!:s1-10280 initQueryFile:s1-256 parameters:s1-102400
TotalResourceUtilization vCPUHour:n memoryGBHour:n storageGBHour:n
NetworkConfiguration subnetIds:[s1-32] securityGroupIds:[s1-32]
ResourceUtilization vCPUHour:n memoryGBHour:n storageGBHour:n
RetryPolicy maxAttempts:n1~ maxFailedAttemptsPerHour:n1~
StartJobRunResponse applicationId!:s1-64 jobRunId!:s1-64 arn!:s60-1024

#JobRunState SUBMITTED|PENDING|SCHEDULED|RUNNING|SUCCESS|FAILED|CANCELLING|CANCELLED|QUEUED
#JobRunMode BATCH|STREAMING
`;
