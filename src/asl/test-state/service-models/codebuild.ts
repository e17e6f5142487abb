/**
 * Responses of codebuild, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
BatchGetBuilds BatchGetBuildsOutput
RetryBuild RetryBuildOutput
StartBuild StartBuildOutput
StartBuildBatch StartBuildBatchOutput
StopBuild StopBuildOutput

BatchGetBuildsOutput builds:[Build] buildsNotFound:[s1-]
Build id:s1- arn:s1- buildNumber:n startTime:s endTime:s currentPhase:s buildStatus:#StatusType sourceVersion:s1- resolvedSourceVersion:s1- projectName:s1- phases:[BuildPhase] source:ProjectSource secondarySources:[ProjectSource] secondarySourceVersions:[ProjectSourceVersion] artifacts:BuildArtifacts secondaryArtifacts:[BuildArtifacts] cache:ProjectCache environment:ProjectEnvironment serviceRole:s1- logs:LogsLocation timeoutInMinutes:n queuedTimeoutInMinutes:n buildComplete:b initiator:s vpcConfig:VpcConfig networkInterface:NetworkInterface encryptionKey:s1- exportedEnvironmentVariables:[ExportedEnvironmentVariable] reportArns:[s] fileSystemLocations:[ProjectFileSystemLocation] debugSession:DebugSession buildBatchArn:s autoRetryConfig:AutoRetryConfig
BuildPhase phaseType:#BuildPhaseType phaseStatus:#StatusType startTime:s endTime:s durationInSeconds:n contexts:[PhaseContext]
PhaseContext statusCode:s message:s
ProjectSource type!:#SourceType location:s gitCloneDepth:n0~ gitSubmodulesConfig:GitSubmodulesConfig buildspec:s auth:SourceAuth reportBuildStatus:b buildStatusConfig:BuildStatusConfig insecureSsl:b sourceIdentifier:s
GitSubmodulesConfig fetchSubmodules!:b
SourceAuth type!:#SourceAuthType resource:s
BuildStatusConfig context:s targetUrl:s
ProjectSourceVersion sourceIdentifier!:s sourceVersion!:s
BuildArtifacts location:s sha256sum:s md5sum:s overrideArtifactName:b encryptionDisabled:b artifactIdentifier:s bucketOwnerAccess:#BucketOwnerAccess
ProjectCache type!:#CacheType location:s modes:[#CacheMode] cacheNamespace:s
ProjectEnvironment type!:#EnvironmentType image!:s1- computeType!:#ComputeType computeConfiguration:ComputeConfiguration fleet:ProjectFleet environmentVariables:[EnvironmentVariable] privilegedMode:b certificate:s registryCredential:RegistryCredential imagePullCredentialsType:#ImagePullCredentialsType dockerServer:DockerServer
ComputeConfiguration vCpu:n memory:n disk:n machineType:#MachineType instanceType:s1-
ProjectFleet fleetArn:s
EnvironmentVariable name!:s1- value!:s type:#EnvironmentVariableType
RegistryCredential credential!:s1- credentialProvider!:#CredentialProviderType
DockerServer computeType!:#ComputeType securityGroupIds:[s1-] status:DockerServerStatus
DockerServerStatus status:s message:s
LogsLocation groupName:s streamName:s deepLink:s s3DeepLink:s cloudWatchLogsArn:s s3LogsArn:s cloudWatchLogs:CloudWatchLogsConfig s3Logs:S3LogsConfig
CloudWatchLogsConfig status!:#LogsConfigStatusType groupName:s streamName:s
S3LogsConfig status!:#LogsConfigStatusType location:s encryptionDisabled:b bucketOwnerAccess:#BucketOwnerAccess
VpcConfig vpcId:s1- subnets:[s1-] securityGroupIds:[s1-]
NetworkInterface subnetId:s1- networkInterfaceId:s1-
ExportedEnvironmentVariable name:s1- value:s
ProjectFileSystemLocation type:#FileSystemType location:s mountPoint:s identifier:s mountOptions:s
DebugSession sessionEnabled:b sessionTarget:s1-
AutoRetryConfig autoRetryLimit:n autoRetryNumber:n nextAutoRetry:s previousAutoRetry:s
RetryBuildOutput build:Build
StartBuildOutput build:Build
StartBuildBatchOutput buildBatch:BuildBatch
BuildBatch id:s1- arn:s1- startTime:s endTime:s currentPhase:s buildBatchStatus:#StatusType sourceVersion:s1- resolvedSourceVersion:s1- projectName:s1- phases:[BuildBatchPhase] source:ProjectSource secondarySources:[ProjectSource] secondarySourceVersions:[ProjectSourceVersion] artifacts:BuildArtifacts secondaryArtifacts:[BuildArtifacts] cache:ProjectCache environment:ProjectEnvironment serviceRole:s1- logConfig:LogsConfig buildTimeoutInMinutes:n queuedTimeoutInMinutes:n complete:b initiator:s vpcConfig:VpcConfig encryptionKey:s1- buildBatchNumber:n fileSystemLocations:[ProjectFileSystemLocation] buildBatchConfig:ProjectBuildBatchConfig buildGroups:[BuildGroup] debugSessionEnabled:b reportArns:[s]
BuildBatchPhase phaseType:#BuildBatchPhaseType phaseStatus:#StatusType startTime:s endTime:s durationInSeconds:n contexts:[PhaseContext]
LogsConfig cloudWatchLogs:CloudWatchLogsConfig s3Logs:S3LogsConfig
ProjectBuildBatchConfig serviceRole:s1- combineArtifacts:b restrictions:BatchRestrictions timeoutInMins:n batchReportMode:#BatchReportModeType
BatchRestrictions maximumBuildsAllowed:n computeTypesAllowed:[s1-] fleetsAllowed:[s1-]
BuildGroup identifier:s dependsOn:[s1-] ignoreFailure:b currentBuildSummary:BuildSummary priorBuildSummaryList:[BuildSummary]
BuildSummary arn:s requestedOn:s buildStatus:#StatusType primaryArtifact:ResolvedArtifact secondaryArtifacts:[ResolvedArtifact]
ResolvedArtifact type:#ArtifactsType location:s identifier:s
StopBuildOutput build:Build

#StatusType SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED
#BuildPhaseType SUBMITTED|QUEUED|PROVISIONING|DOWNLOAD_SOURCE|INSTALL|PRE_BUILD|BUILD|POST_BUILD|UPLOAD_ARTIFACTS|FINALIZING|COMPLETED
#SourceType CODECOMMIT|CODEPIPELINE|GITHUB|GITLAB|GITLAB_SELF_MANAGED|S3|BITBUCKET|GITHUB_ENTERPRISE|NO_SOURCE
#SourceAuthType OAUTH|CODECONNECTIONS|SECRETS_MANAGER
#BucketOwnerAccess NONE|READ_ONLY|FULL
#CacheType NO_CACHE|S3|LOCAL
#CacheMode LOCAL_DOCKER_LAYER_CACHE|LOCAL_SOURCE_CACHE|LOCAL_CUSTOM_CACHE
#EnvironmentType WINDOWS_CONTAINER|LINUX_CONTAINER|LINUX_GPU_CONTAINER|ARM_CONTAINER|WINDOWS_SERVER_2019_CONTAINER|WINDOWS_SERVER_2022_CONTAINER|LINUX_LAMBDA_CONTAINER|ARM_LAMBDA_CONTAINER|LINUX_EC2|ARM_EC2|WINDOWS_EC2|MAC_ARM
#ComputeType BUILD_GENERAL1_SMALL|BUILD_GENERAL1_MEDIUM|BUILD_GENERAL1_LARGE|BUILD_GENERAL1_XLARGE|BUILD_GENERAL1_2XLARGE|BUILD_LAMBDA_1GB|BUILD_LAMBDA_2GB|BUILD_LAMBDA_4GB|BUILD_LAMBDA_8GB|BUILD_LAMBDA_10GB|ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE
#MachineType GENERAL|NVME
#EnvironmentVariableType PLAINTEXT|PARAMETER_STORE|SECRETS_MANAGER
#CredentialProviderType SECRETS_MANAGER
#ImagePullCredentialsType CODEBUILD|SERVICE_ROLE
#LogsConfigStatusType ENABLED|DISABLED
#FileSystemType EFS
#BuildBatchPhaseType SUBMITTED|DOWNLOAD_BATCHSPEC|IN_PROGRESS|COMBINE_ARTIFACTS|SUCCEEDED|FAILED|STOPPED
#BatchReportModeType REPORT_INDIVIDUAL_BUILDS|REPORT_AGGREGATED_BATCH
#ArtifactsType CODEPIPELINE|S3|NO_ARTIFACTS
`;
