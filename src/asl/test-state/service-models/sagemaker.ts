/**
 * Responses of sagemaker, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateEndpoint CreateEndpointOutput
CreateEndpointConfig CreateEndpointConfigOutput
CreateHyperParameterTuningJob CreateHyperParameterTuningJobResponse
CreateLabelingJob CreateLabelingJobResponse
CreateModel CreateModelOutput
CreateProcessingJob CreateProcessingJobResponse
CreateTrainingJob CreateTrainingJobResponse
CreateTransformJob CreateTransformJobResponse
DescribeEndpoint DescribeEndpointOutput
DescribeProcessingJob DescribeProcessingJobResponse
DescribeTrainingJob DescribeTrainingJobResponse
DescribeTransformJob DescribeTransformJobResponse
UpdateEndpoint UpdateEndpointOutput

CreateEndpointOutput EndpointArn!:s20-2048
CreateEndpointConfigOutput EndpointConfigArn!:s20-2048
CreateHyperParameterTuningJobResponse HyperParameterTuningJobArn!:s0-256
CreateLabelingJobResponse LabelingJobArn!:s0-2048
CreateModelOutput ModelArn!:s20-2048
CreateProcessingJobResponse ProcessingJobArn!:s0-256
CreateTrainingJobResponse TrainingJobArn!:s0-256
CreateTransformJobResponse TransformJobArn!:s0-256
DescribeEndpointOutput EndpointName!:s0-63 EndpointArn!:s20-2048 EndpointConfigName:s0-63 ProductionVariants:[ProductionVariantSummary] DataCaptureConfig:DataCaptureConfigSummary EndpointStatus!:#EndpointStatus FailureReason:s0-1024 CreationTime!:s LastModifiedTime!:s LastDeploymentConfig:DeploymentConfig AsyncInferenceConfig:AsyncInferenceConfig PendingDeploymentSummary:PendingDeploymentSummary ExplainerConfig:ExplainerConfig ShadowProductionVariants:[ProductionVariantSummary] MetricsConfig:MetricsConfig
ProductionVariantSummary VariantName!:s0-63 DeployedImages:[DeployedImage] CurrentWeight:n0~ DesiredWeight:n0~ CurrentInstanceCount:n0~ DesiredInstanceCount:n0~ VariantStatus:[ProductionVariantStatus] CurrentServerlessConfig:ProductionVariantServerlessConfig DesiredServerlessConfig:ProductionVariantServerlessConfig ManagedInstanceScaling:ProductionVariantManagedInstanceScaling RoutingConfig:ProductionVariantRoutingConfig CapacityReservationConfig:ProductionVariantCapacityReservationSummary
DeployedImage SpecifiedImage:s0-255 ResolvedImage:s0-255 ResolutionTime:s
ProductionVariantStatus Status!:#VariantStatus StatusMessage:s0-1024 StartTime:s
ProductionVariantServerlessConfig MemorySizeInMB!:n1024~6144 MaxConcurrency!:n1~200 ProvisionedConcurrency:n1~200
ProductionVariantManagedInstanceScaling Status:#ManagedInstanceScalingStatus MinInstanceCount:n0~ MaxInstanceCount:n1~
ProductionVariantRoutingConfig RoutingStrategy!:#RoutingStrategy
ProductionVariantCapacityReservationSummary MlReservationArn:s20-258 CapacityReservationPreference:#CapacityReservationPreference TotalInstanceCount:n0~ AvailableInstanceCount:n0~ UsedByCurrentEndpoint:n0~ Ec2CapacityReservations:[Ec2CapacityReservation]
Ec2CapacityReservation Ec2CapacityReservationId:s TotalInstanceCount:n0~ AvailableInstanceCount:n0~ UsedByCurrentEndpoint:n0~
DataCaptureConfigSummary EnableCapture!:b CaptureStatus!:#CaptureStatus CurrentSamplingPercentage!:n0~100 DestinationS3Uri!:s0-512 KmsKeyId!:s0-2048
DeploymentConfig BlueGreenUpdatePolicy:BlueGreenUpdatePolicy RollingUpdatePolicy:RollingUpdatePolicy AutoRollbackConfiguration:AutoRollbackConfig
BlueGreenUpdatePolicy TrafficRoutingConfiguration!:TrafficRoutingConfig TerminationWaitInSeconds:n0~3600 MaximumExecutionTimeoutInSeconds:n600~28800
TrafficRoutingConfig Type!:#TrafficRoutingConfigType WaitIntervalInSeconds!:n0~3600 CanarySize:CapacitySize LinearStepSize:CapacitySize
CapacitySize Type!:#CapacitySizeType Value!:n1~
RollingUpdatePolicy MaximumBatchSize!:CapacitySize WaitIntervalInSeconds!:n0~3600 MaximumExecutionTimeoutInSeconds:n600~28800 RollbackMaximumBatchSize:CapacitySize
AutoRollbackConfig Alarms:[Alarm]
Alarm AlarmName:s1-255
AsyncInferenceConfig ClientConfig:AsyncInferenceClientConfig OutputConfig!:AsyncInferenceOutputConfig
AsyncInferenceClientConfig MaxConcurrentInvocationsPerInstance:n1~1000
AsyncInferenceOutputConfig KmsKeyId:s0-2048 S3OutputPath:s0-512 NotificationConfig:AsyncInferenceNotificationConfig S3FailurePath:s0-512
AsyncInferenceNotificationConfig SuccessTopic:s0-2048 ErrorTopic:s0-2048 IncludeInferenceResponseIn:[#AsyncNotificationTopicTypes]
PendingDeploymentSummary EndpointConfigName!:s0-63 ProductionVariants:[PendingProductionVariantSummary] StartTime:s ShadowProductionVariants:[PendingProductionVariantSummary]
PendingProductionVariantSummary VariantName!:s0-63 DeployedImages:[DeployedImage] CurrentWeight:n0~ DesiredWeight:n0~ CurrentInstanceCount:n0~ DesiredInstanceCount:n0~ InstanceType:#ProductionVariantInstanceType AcceleratorType:#ProductionVariantAcceleratorType VariantStatus:[ProductionVariantStatus] CurrentServerlessConfig:ProductionVariantServerlessConfig DesiredServerlessConfig:ProductionVariantServerlessConfig ManagedInstanceScaling:ProductionVariantManagedInstanceScaling RoutingConfig:ProductionVariantRoutingConfig
ExplainerConfig ClarifyExplainerConfig:ClarifyExplainerConfig
ClarifyExplainerConfig EnableExplanations:s1-64 InferenceConfig:ClarifyInferenceConfig ShapConfig!:ClarifyShapConfig
ClarifyInferenceConfig FeaturesAttribute:s1-64 ContentTemplate:s1-64 MaxRecordCount:n1~ MaxPayloadInMB:n1~25 ProbabilityIndex:n0~ LabelIndex:n0~ ProbabilityAttribute:s1-64 LabelAttribute:s1-64 LabelHeaders:[s1-64] FeatureHeaders:[s1-64] FeatureTypes:[#ClarifyFeatureType]
ClarifyShapConfig ShapBaselineConfig!:ClarifyShapBaselineConfig NumberOfSamples:n1~ UseLogit:b Seed:n TextConfig:ClarifyTextConfig
ClarifyShapBaselineConfig MimeType:s0-255 ShapBaseline:s1-4096 ShapBaselineUri:s0-1024
ClarifyTextConfig Language!:#ClarifyTextLanguage Granularity!:#ClarifyTextGranularity
MetricsConfig EnableEnhancedMetrics:b MetricPublishFrequencyInSeconds:n
DescribeProcessingJobResponse ProcessingInputs:[ProcessingInput] ProcessingOutputConfig:ProcessingOutputConfig ProcessingJobName!:s1-63 ProcessingResources!:ProcessingResources StoppingCondition:ProcessingStoppingCondition AppSpecification!:AppSpecification Environment:{s0-256} NetworkConfig:NetworkConfig RoleArn:s20-2048 ExperimentConfig:ExperimentConfig ProcessingJobArn!:s0-256 ProcessingJobStatus!:#ProcessingJobStatus ExitMessage:s0-1024 FailureReason:s0-1024 ProcessingEndTime:s ProcessingStartTime:s LastModifiedTime:s CreationTime!:s MonitoringScheduleArn:s0-256 AutoMLJobArn:s1-256 TrainingJobArn:s0-256
ProcessingInput InputName!:s AppManaged:b S3Input:ProcessingS3Input DatasetDefinition:DatasetDefinition
ProcessingS3Input S3Uri!:s0-1024 LocalPath:s0-256 S3DataType!:#ProcessingS3DataType S3InputMode:#ProcessingS3InputMode S3DataDistributionType:#ProcessingS3DataDistributionType S3CompressionType:#ProcessingS3CompressionType
DatasetDefinition AthenaDatasetDefinition:AthenaDatasetDefinition RedshiftDatasetDefinition:RedshiftDatasetDefinition LocalPath:s0-256 DataDistributionType:#DataDistributionType InputMode:#InputMode
AthenaDatasetDefinition Catalog!:s1-256 Database!:s1-255 QueryString!:s1-4096 WorkGroup:s1-128 OutputS3Uri!:s0-1024 KmsKeyId:s0-2048 OutputFormat!:#AthenaResultFormat OutputCompression:#AthenaResultCompressionType
RedshiftDatasetDefinition ClusterId!:s1-63 Database!:s1-64 DbUser!:s1-128 QueryString!:s1-4096 ClusterRoleArn!:s20-2048 OutputS3Uri!:s0-1024 KmsKeyId:s0-2048 OutputFormat!:#RedshiftResultFormat OutputCompression:#RedshiftResultCompressionType
ProcessingOutputConfig Outputs!:[ProcessingOutput] KmsKeyId:s0-2048
ProcessingOutput OutputName!:s S3Output:ProcessingS3Output FeatureStoreOutput:ProcessingFeatureStoreOutput AppManaged:b
ProcessingS3Output S3Uri!:s0-1024 LocalPath:s0-256 S3UploadMode!:#ProcessingS3UploadMode
ProcessingFeatureStoreOutput FeatureGroupName!:s1-64
ProcessingResources ClusterConfig!:ProcessingClusterConfig
ProcessingClusterConfig InstanceCount!:n1~100 InstanceType!:#ProcessingInstanceType VolumeSizeInGB!:n1~16384 VolumeKmsKeyId:s0-2048
ProcessingStoppingCondition MaxRuntimeInSeconds!:n1~777600
AppSpecification ImageUri!:s0-255 ContainerEntrypoint:[s0-256] ContainerArguments:[s0-256]
NetworkConfig EnableInterContainerTrafficEncryption:b EnableNetworkIsolation:b VpcConfig:VpcConfig
VpcConfig SecurityGroupIds!:[s0-32] Subnets!:[s0-32]
ExperimentConfig ExperimentName:s1-120 TrialName:s1-120 TrialComponentDisplayName:s1-120 RunName:s1-120
DescribeTrainingJobResponse TrainingJobName!:s1-63 TrainingJobArn!:s0-256 TuningJobArn:s0-256 LabelingJobArn:s0-2048 AutoMLJobArn:s1-256 ModelArtifacts!:ModelArtifacts TrainingJobStatus!:#TrainingJobStatus SecondaryStatus!:#SecondaryStatus FailureReason:s0-1024 HyperParameters:{s0-2500} AlgorithmSpecification:AlgorithmSpecification RoleArn:s20-2048 InputDataConfig:[Channel] OutputDataConfig:OutputDataConfig ResourceConfig:ResourceConfig WarmPoolStatus:WarmPoolStatus VpcConfig:VpcConfig StoppingCondition!:StoppingCondition CreationTime!:s TrainingStartTime:s TrainingEndTime:s LastModifiedTime:s SecondaryStatusTransitions:[SecondaryStatusTransition] FinalMetricDataList:[MetricData] EnableNetworkIsolation:b EnableInterContainerTrafficEncryption:b EnableManagedSpotTraining:b CheckpointConfig:CheckpointConfig TrainingTimeInSeconds:n1~ BillableTimeInSeconds:n1~ DebugHookConfig:DebugHookConfig ExperimentConfig:ExperimentConfig DebugRuleConfigurations:[DebugRuleConfiguration] TensorBoardOutputConfig:TensorBoardOutputConfig DebugRuleEvaluationStatuses:[DebugRuleEvaluationStatus] ProfilerConfig:ProfilerConfig ProfilerRuleConfigurations:[ProfilerRuleConfiguration] ProfilerRuleEvaluationStatuses:[ProfilerRuleEvaluationStatus] ProfilingStatus:#ProfilingStatus Environment:{s0-512} RetryStrategy:RetryStrategy RemoteDebugConfig:RemoteDebugConfig InfraCheckConfig:InfraCheckConfig
ModelArtifacts S3ModelArtifacts!:s0-1024
AlgorithmSpecification TrainingImage:s0-255 AlgorithmName:s1-170 TrainingInputMode!:#TrainingInputMode MetricDefinitions:[MetricDefinition] EnableSageMakerMetricsTimeSeries:b ContainerEntrypoint:[s0-256] ContainerArguments:[s0-256] TrainingImageConfig:TrainingImageConfig
MetricDefinition Name!:s1-255 Regex!:s1-500
TrainingImageConfig TrainingRepositoryAccessMode!:#TrainingRepositoryAccessMode TrainingRepositoryAuthConfig:TrainingRepositoryAuthConfig
TrainingRepositoryAuthConfig TrainingRepositoryCredentialsProviderArn!:s1-2048
Channel ChannelName!:s1-64 DataSource!:DataSource ContentType:s0-256 CompressionType:#CompressionType RecordWrapperType:#RecordWrapper InputMode:#TrainingInputMode ShuffleConfig:ShuffleConfig
DataSource S3DataSource:S3DataSource FileSystemDataSource:FileSystemDataSource
S3DataSource S3DataType!:#S3DataType S3Uri!:s0-1024 S3DataDistributionType:#S3DataDistribution AttributeNames:[s1-256] InstanceGroupNames:[s1-64] ModelAccessConfig:ModelAccessConfig HubAccessConfig:HubAccessConfig
ModelAccessConfig AcceptEula!:b
HubAccessConfig HubContentArn!:s0-255
FileSystemDataSource FileSystemId!:s11-21 FileSystemAccessMode!:#FileSystemAccessMode FileSystemType!:#FileSystemType DirectoryPath!:s0-4096
ShuffleConfig Seed!:n
OutputDataConfig KmsKeyId:s0-2048 S3OutputPath!:s0-1024 CompressionType:#OutputCompressionType
ResourceConfig InstanceType:#TrainingInstanceType InstanceCount:n0~ VolumeSizeInGB:n0~ VolumeKmsKeyId:s0-2048 KeepAlivePeriodInSeconds:n0~3600 InstanceGroups:[InstanceGroup] TrainingPlanArn:s50-2048 InstancePlacementConfig:InstancePlacementConfig
InstanceGroup InstanceType!:#TrainingInstanceType InstanceCount!:n0~ InstanceGroupName!:s1-64
InstancePlacementConfig EnableMultipleJobs:b PlacementSpecifications:[PlacementSpecification]
PlacementSpecification UltraServerId:s0-256 InstanceCount!:n0~
WarmPoolStatus Status!:#WarmPoolResourceStatus ResourceRetainedBillableTimeInSeconds:n0~ ReusedByJob:s1-63
StoppingCondition MaxRuntimeInSeconds:n1~ MaxWaitTimeInSeconds:n1~ MaxPendingTimeInSeconds:n7200~2419200
SecondaryStatusTransition Status!:#SecondaryStatus StartTime!:s EndTime:s StatusMessage:s
MetricData MetricName:s1-255 Value:n Timestamp:s
CheckpointConfig S3Uri!:s0-1024 LocalPath:s0-4096
DebugHookConfig LocalPath:s0-4096 S3OutputPath!:s0-1024 HookParameters:{s0-256} CollectionConfigurations:[CollectionConfiguration]
CollectionConfiguration CollectionName:s1-256 CollectionParameters:{s0-256}
DebugRuleConfiguration RuleConfigurationName!:s1-256 LocalPath:s0-4096 S3OutputPath:s0-1024 RuleEvaluatorImage!:s0-255 InstanceType:#ProcessingInstanceType VolumeSizeInGB:n0~ RuleParameters:{s0-256}
TensorBoardOutputConfig LocalPath:s0-4096 S3OutputPath!:s0-1024
DebugRuleEvaluationStatus RuleConfigurationName:s1-256 RuleEvaluationJobArn:s0-256 RuleEvaluationStatus:#RuleEvaluationStatus StatusDetails:s0-1024 LastModifiedTime:s
ProfilerConfig S3OutputPath:s0-1024 ProfilingIntervalInMilliseconds:n ProfilingParameters:{s0-256} DisableProfiler:b
ProfilerRuleConfiguration RuleConfigurationName!:s1-256 LocalPath:s0-4096 S3OutputPath:s0-1024 RuleEvaluatorImage!:s0-255 InstanceType:#ProcessingInstanceType VolumeSizeInGB:n0~ RuleParameters:{s0-256}
ProfilerRuleEvaluationStatus RuleConfigurationName:s1-256 RuleEvaluationJobArn:s0-256 RuleEvaluationStatus:#RuleEvaluationStatus StatusDetails:s0-1024 LastModifiedTime:s
RetryStrategy MaximumRetryAttempts!:n1~30
RemoteDebugConfig EnableRemoteDebug:b
InfraCheckConfig EnableInfraCheck:b
DescribeTransformJobResponse TransformJobName!:s1-63 TransformJobArn!:s0-256 TransformJobStatus!:#TransformJobStatus FailureReason:s0-1024 ModelName!:s0-63 MaxConcurrentTransforms:n0~ ModelClientConfig:ModelClientConfig MaxPayloadInMB:n0~ BatchStrategy:#BatchStrategy Environment:{s0-10240} TransformInput!:TransformInput TransformOutput:TransformOutput DataCaptureConfig:BatchDataCaptureConfig TransformResources!:TransformResources CreationTime!:s TransformStartTime:s TransformEndTime:s LabelingJobArn:s0-2048 AutoMLJobArn:s1-256 DataProcessing:DataProcessing ExperimentConfig:ExperimentConfig
ModelClientConfig InvocationsTimeoutInSeconds:n1~3600 InvocationsMaxRetries:n0~3
TransformInput DataSource!:TransformDataSource ContentType:s0-256 CompressionType:#CompressionType SplitType:#SplitType
TransformDataSource S3DataSource!:TransformS3DataSource
TransformS3DataSource S3DataType!:#S3DataType S3Uri!:s0-1024
TransformOutput S3OutputPath!:s0-1024 Accept:s0-256 AssembleWith:#AssemblyType KmsKeyId:s0-2048
BatchDataCaptureConfig DestinationS3Uri!:s0-1024 KmsKeyId:s0-2048 GenerateInferenceId:b
TransformResources InstanceType!:#TransformInstanceType InstanceCount!:n1~ VolumeKmsKeyId:s0-2048 TransformAmiVersion:s1-63
DataProcessing InputFilter:s0-63 OutputFilter:s0-63 JoinSource:#JoinSource
UpdateEndpointOutput EndpointArn!:s20-2048

#VariantStatus Creating|Updating|Deleting|ActivatingTraffic|Baking
#ManagedInstanceScalingStatus ENABLED|DISABLED
#RoutingStrategy LEAST_OUTSTANDING_REQUESTS|RANDOM
#CapacityReservationPreference capacity-reservations-only
#CaptureStatus Started|Stopped
#EndpointStatus OutOfService|Creating|Updating|SystemUpdating|RollingBack|InService|Deleting|Failed|UpdateRollbackFailed
#TrafficRoutingConfigType ALL_AT_ONCE|CANARY|LINEAR
#CapacitySizeType INSTANCE_COUNT|CAPACITY_PERCENT
#AsyncNotificationTopicTypes SUCCESS_NOTIFICATION_TOPIC|ERROR_NOTIFICATION_TOPIC
#ProductionVariantInstanceType ml.t2.medium|ml.t2.large|ml.t2.xlarge|ml.t2.2xlarge|ml.m4.xlarge|ml.m4.2xlarge|ml.m4.4xlarge|ml.m4.10xlarge|ml.m4.16xlarge|ml.m5.large|ml.m5.xlarge|ml.m5.2xlarge|ml.m5.4xlarge|ml.m5.12xlarge|ml.m5.24xlarge|ml.m5d.large|ml.m5d.xlarge|ml.m5d.2xlarge|ml.m5d.4xlarge|ml.m5d.12xlarge|ml.m5d.24xlarge|ml.c4.large|ml.c4.xlarge|ml.c4.2xlarge|ml.c4.4xlarge|ml.c4.8xlarge|ml.p2.xlarge|ml.p2.8xlarge|ml.p2.16xlarge|ml.p3.2xlarge|ml.p3.8xlarge|ml.p3.16xlarge|ml.c5.large|ml.c5.xlarge|ml.c5.2xlarge|ml.c5.4xlarge|ml.c5.9xlarge|ml.c5.18xlarge|ml.c5d.large|ml.c5d.xlarge|ml.c5d.2xlarge|ml.c5d.4xlarge|ml.c5d.9xlarge|ml.c5d.18xlarge|ml.g4dn.xlarge|ml.g4dn.2xlarge|ml.g4dn.4xlarge|ml.g4dn.8xlarge|ml.g4dn.12xlarge|ml.g4dn.16xlarge|ml.r5.large|ml.r5.xlarge|ml.r5.2xlarge|ml.r5.4xlarge|ml.r5.12xlarge|ml.r5.24xlarge|ml.r5d.large|ml.r5d.xlarge|ml.r5d.2xlarge|ml.r5d.4xlarge|ml.r5d.12xlarge|ml.r5d.24xlarge|ml.inf1.xlarge|ml.inf1.2xlarge|ml.inf1.6xlarge|ml.inf1.24xlarge|ml.dl1.24xlarge|ml.c6i.large|ml.c6i.xlarge|ml.c6i.2xlarge|ml.c6i.4xlarge|ml.c6i.8xlarge|ml.c6i.12xlarge|ml.c6i.16xlarge|ml.c6i.24xlarge|ml.c6i.32xlarge|ml.m6i.large|ml.m6i.xlarge|ml.m6i.2xlarge|ml.m6i.4xlarge|ml.m6i.8xlarge|ml.m6i.12xlarge|ml.m6i.16xlarge|ml.m6i.24xlarge|ml.m6i.32xlarge|ml.r6i.large|ml.r6i.xlarge|ml.r6i.2xlarge|ml.r6i.4xlarge|ml.r6i.8xlarge|ml.r6i.12xlarge|ml.r6i.16xlarge|ml.r6i.24xlarge|ml.r6i.32xlarge|ml.g5.xlarge|ml.g5.2xlarge|ml.g5.4xlarge|ml.g5.8xlarge|ml.g5.12xlarge|ml.g5.16xlarge|ml.g5.24xlarge|ml.g5.48xlarge|ml.g6.xlarge|ml.g6.2xlarge|ml.g6.4xlarge|ml.g6.8xlarge|ml.g6.12xlarge|ml.g6.16xlarge|ml.g6.24xlarge|ml.g6.48xlarge|ml.r8g.medium|ml.r8g.large|ml.r8g.xlarge|ml.r8g.2xlarge|ml.r8g.4xlarge|ml.r8g.8xlarge|ml.r8g.12xlarge|ml.r8g.16xlarge|ml.r8g.24xlarge|ml.r8g.48xlarge|ml.g6e.xlarge|ml.g6e.2xlarge|ml.g6e.4xlarge|ml.g6e.8xlarge|ml.g6e.12xlarge|ml.g6e.16xlarge|ml.g6e.24xlarge|ml.g6e.48xlarge|ml.p4d.24xlarge|ml.c7g.large|ml.c7g.xlarge|ml.c7g.2xlarge|ml.c7g.4xlarge|ml.c7g.8xlarge|ml.c7g.12xlarge|ml.c7g.16xlarge|ml.m6g.large|ml.m6g.xlarge|ml.m6g.2xlarge|ml.m6g.4xlarge|ml.m6g.8xlarge|ml.m6g.12xlarge|ml.m6g.16xlarge|ml.m6gd.large|ml.m6gd.xlarge|ml.m6gd.2xlarge|ml.m6gd.4xlarge|ml.m6gd.8xlarge|ml.m6gd.12xlarge|ml.m6gd.16xlarge|ml.c6g.large|ml.c6g.xlarge|ml.c6g.2xlarge|ml.c6g.4xlarge|ml.c6g.8xlarge|ml.c6g.12xlarge|ml.c6g.16xlarge|ml.c6gd.large|ml.c6gd.xlarge|ml.c6gd.2xlarge|ml.c6gd.4xlarge|ml.c6gd.8xlarge|ml.c6gd.12xlarge|ml.c6gd.16xlarge|ml.c6gn.large|ml.c6gn.xlarge|ml.c6gn.2xlarge|ml.c6gn.4xlarge|ml.c6gn.8xlarge|ml.c6gn.12xlarge|ml.c6gn.16xlarge|ml.r6g.large|ml.r6g.xlarge|ml.r6g.2xlarge|ml.r6g.4xlarge|ml.r6g.8xlarge|ml.r6g.12xlarge|ml.r6g.16xlarge|ml.r6gd.large|ml.r6gd.xlarge|ml.r6gd.2xlarge|ml.r6gd.4xlarge|ml.r6gd.8xlarge|ml.r6gd.12xlarge|ml.r6gd.16xlarge|ml.p4de.24xlarge|ml.trn1.2xlarge|ml.trn1.32xlarge|ml.trn1n.32xlarge|ml.trn2.48xlarge|ml.inf2.xlarge|ml.inf2.8xlarge|ml.inf2.24xlarge|ml.inf2.48xlarge|ml.p5.48xlarge|ml.p5e.48xlarge|ml.p5en.48xlarge|ml.m7i.large|ml.m7i.xlarge|ml.m7i.2xlarge|ml.m7i.4xlarge|ml.m7i.8xlarge|ml.m7i.12xlarge|ml.m7i.16xlarge|ml.m7i.24xlarge|ml.m7i.48xlarge|ml.c7i.large|ml.c7i.xlarge|ml.c7i.2xlarge|ml.c7i.4xlarge|ml.c7i.8xlarge|ml.c7i.12xlarge|ml.c7i.16xlarge|ml.c7i.24xlarge|ml.c7i.48xlarge|ml.r7i.large|ml.r7i.xlarge|ml.r7i.2xlarge|ml.r7i.4xlarge|ml.r7i.8xlarge|ml.r7i.12xlarge|ml.r7i.16xlarge|ml.r7i.24xlarge|ml.r7i.48xlarge|ml.c8g.medium|ml.c8g.large|ml.c8g.xlarge|ml.c8g.2xlarge|ml.c8g.4xlarge|ml.c8g.8xlarge|ml.c8g.12xlarge|ml.c8g.16xlarge|ml.c8g.24xlarge|ml.c8g.48xlarge|ml.r7gd.medium|ml.r7gd.large|ml.r7gd.xlarge|ml.r7gd.2xlarge|ml.r7gd.4xlarge|ml.r7gd.8xlarge|ml.r7gd.12xlarge|ml.r7gd.16xlarge|ml.m8g.medium|ml.m8g.large|ml.m8g.xlarge|ml.m8g.2xlarge|ml.m8g.4xlarge|ml.m8g.8xlarge|ml.m8g.12xlarge|ml.m8g.16xlarge|ml.m8g.24xlarge|ml.m8g.48xlarge|ml.c6in.large|ml.c6in.xlarge|ml.c6in.2xlarge|ml.c6in.4xlarge|ml.c6in.8xlarge|ml.c6in.12xlarge|ml.c6in.16xlarge|ml.c6in.24xlarge|ml.c6in.32xlarge|ml.p6-b200.48xlarge|ml.p6e-gb200.36xlarge|ml.p5.4xlarge
#ProductionVariantAcceleratorType ml.eia1.medium|ml.eia1.large|ml.eia1.xlarge|ml.eia2.medium|ml.eia2.large|ml.eia2.xlarge
#ClarifyFeatureType numerical|categorical|text
#ClarifyTextLanguage af|sq|ar|hy|eu|bn|bg|ca|zh|hr|cs|da|nl|en|et|fi|fr|de|el|gu|he|hi|hu|is|id|ga|it|kn|ky|lv|lt|lb|mk|ml|mr|ne|nb|fa|pl|pt|ro|ru|sa|sr|tn|si|sk|sl|es|sv|tl|ta|tt|te|tr|uk|ur|yo|lij|xx
#ClarifyTextGranularity token|sentence|paragraph
#ProcessingS3DataType ManifestFile|S3Prefix
#ProcessingS3InputMode Pipe|File
#ProcessingS3DataDistributionType FullyReplicated|ShardedByS3Key
#ProcessingS3CompressionType None|Gzip
#AthenaResultFormat PARQUET|ORC|AVRO|JSON|TEXTFILE
#AthenaResultCompressionType GZIP|SNAPPY|ZLIB
#RedshiftResultFormat PARQUET|CSV
#RedshiftResultCompressionType None|GZIP|BZIP2|ZSTD|SNAPPY
#DataDistributionType FullyReplicated|ShardedByS3Key
#InputMode Pipe|File
#ProcessingS3UploadMode Continuous|EndOfJob
#ProcessingInstanceType ml.t3.medium|ml.t3.large|ml.t3.xlarge|ml.t3.2xlarge|ml.m4.xlarge|ml.m4.2xlarge|ml.m4.4xlarge|ml.m4.10xlarge|ml.m4.16xlarge|ml.c4.xlarge|ml.c4.2xlarge|ml.c4.4xlarge|ml.c4.8xlarge|ml.p2.xlarge|ml.p2.8xlarge|ml.p2.16xlarge|ml.p3.2xlarge|ml.p3.8xlarge|ml.p3.16xlarge|ml.c5.xlarge|ml.c5.2xlarge|ml.c5.4xlarge|ml.c5.9xlarge|ml.c5.18xlarge|ml.m5.large|ml.m5.xlarge|ml.m5.2xlarge|ml.m5.4xlarge|ml.m5.12xlarge|ml.m5.24xlarge|ml.r5.large|ml.r5.xlarge|ml.r5.2xlarge|ml.r5.4xlarge|ml.r5.8xlarge|ml.r5.12xlarge|ml.r5.16xlarge|ml.r5.24xlarge|ml.g4dn.xlarge|ml.g4dn.2xlarge|ml.g4dn.4xlarge|ml.g4dn.8xlarge|ml.g4dn.12xlarge|ml.g4dn.16xlarge|ml.g5.xlarge|ml.g5.2xlarge|ml.g5.4xlarge|ml.g5.8xlarge|ml.g5.16xlarge|ml.g5.12xlarge|ml.g5.24xlarge|ml.g5.48xlarge|ml.r5d.large|ml.r5d.xlarge|ml.r5d.2xlarge|ml.r5d.4xlarge|ml.r5d.8xlarge|ml.r5d.12xlarge|ml.r5d.16xlarge|ml.r5d.24xlarge|ml.g6.xlarge|ml.g6.2xlarge|ml.g6.4xlarge|ml.g6.8xlarge|ml.g6.12xlarge|ml.g6.16xlarge|ml.g6.24xlarge|ml.g6.48xlarge|ml.g6e.xlarge|ml.g6e.2xlarge|ml.g6e.4xlarge|ml.g6e.8xlarge|ml.g6e.12xlarge|ml.g6e.16xlarge|ml.g6e.24xlarge|ml.g6e.48xlarge|ml.m6i.large|ml.m6i.xlarge|ml.m6i.2xlarge|ml.m6i.4xlarge|ml.m6i.8xlarge|ml.m6i.12xlarge|ml.m6i.16xlarge|ml.m6i.24xlarge|ml.m6i.32xlarge|ml.c6i.xlarge|ml.c6i.2xlarge|ml.c6i.4xlarge|ml.c6i.8xlarge|ml.c6i.12xlarge|ml.c6i.16xlarge|ml.c6i.24xlarge|ml.c6i.32xlarge|ml.m7i.large|ml.m7i.xlarge|ml.m7i.2xlarge|ml.m7i.4xlarge|ml.m7i.8xlarge|ml.m7i.12xlarge|ml.m7i.16xlarge|ml.m7i.24xlarge|ml.m7i.48xlarge|ml.c7i.large|ml.c7i.xlarge|ml.c7i.2xlarge|ml.c7i.4xlarge|ml.c7i.8xlarge|ml.c7i.12xlarge|ml.c7i.16xlarge|ml.c7i.24xlarge|ml.c7i.48xlarge|ml.r7i.large|ml.r7i.xlarge|ml.r7i.2xlarge|ml.r7i.4xlarge|ml.r7i.8xlarge|ml.r7i.12xlarge|ml.r7i.16xlarge|ml.r7i.24xlarge|ml.r7i.48xlarge|ml.p5.4xlarge
#ProcessingJobStatus InProgress|Completed|Failed|Stopping|Stopped
#TrainingJobStatus InProgress|Completed|Failed|Stopping|Stopped|Deleting
#SecondaryStatus Starting|LaunchingMLInstances|PreparingTrainingStack|Downloading|DownloadingTrainingImage|Training|Uploading|Stopping|Stopped|MaxRuntimeExceeded|Completed|Failed|Interrupted|MaxWaitTimeExceeded|Updating|Restarting|Pending
#TrainingInputMode Pipe|File|FastFile
#TrainingRepositoryAccessMode Platform|Vpc
#S3DataType ManifestFile|S3Prefix|AugmentedManifestFile|Converse
#S3DataDistribution FullyReplicated|ShardedByS3Key
#FileSystemAccessMode rw|ro
#FileSystemType EFS|FSxLustre
#CompressionType None|Gzip
#RecordWrapper None|RecordIO
#OutputCompressionType GZIP|NONE
#TrainingInstanceType ml.m4.xlarge|ml.m4.2xlarge|ml.m4.4xlarge|ml.m4.10xlarge|ml.m4.16xlarge|ml.g4dn.xlarge|ml.g4dn.2xlarge|ml.g4dn.4xlarge|ml.g4dn.8xlarge|ml.g4dn.12xlarge|ml.g4dn.16xlarge|ml.m5.large|ml.m5.xlarge|ml.m5.2xlarge|ml.m5.4xlarge|ml.m5.12xlarge|ml.m5.24xlarge|ml.c4.xlarge|ml.c4.2xlarge|ml.c4.4xlarge|ml.c4.8xlarge|ml.p2.xlarge|ml.p2.8xlarge|ml.p2.16xlarge|ml.p3.2xlarge|ml.p3.8xlarge|ml.p3.16xlarge|ml.p3dn.24xlarge|ml.p4d.24xlarge|ml.p4de.24xlarge|ml.p5.48xlarge|ml.p5e.48xlarge|ml.p5en.48xlarge|ml.c5.xlarge|ml.c5.2xlarge|ml.c5.4xlarge|ml.c5.9xlarge|ml.c5.18xlarge|ml.c5n.xlarge|ml.c5n.2xlarge|ml.c5n.4xlarge|ml.c5n.9xlarge|ml.c5n.18xlarge|ml.g5.xlarge|ml.g5.2xlarge|ml.g5.4xlarge|ml.g5.8xlarge|ml.g5.16xlarge|ml.g5.12xlarge|ml.g5.24xlarge|ml.g5.48xlarge|ml.g6.xlarge|ml.g6.2xlarge|ml.g6.4xlarge|ml.g6.8xlarge|ml.g6.16xlarge|ml.g6.12xlarge|ml.g6.24xlarge|ml.g6.48xlarge|ml.g6e.xlarge|ml.g6e.2xlarge|ml.g6e.4xlarge|ml.g6e.8xlarge|ml.g6e.16xlarge|ml.g6e.12xlarge|ml.g6e.24xlarge|ml.g6e.48xlarge|ml.trn1.2xlarge|ml.trn1.32xlarge|ml.trn1n.32xlarge|ml.trn2.48xlarge|ml.m6i.large|ml.m6i.xlarge|ml.m6i.2xlarge|ml.m6i.4xlarge|ml.m6i.8xlarge|ml.m6i.12xlarge|ml.m6i.16xlarge|ml.m6i.24xlarge|ml.m6i.32xlarge|ml.c6i.xlarge|ml.c6i.2xlarge|ml.c6i.8xlarge|ml.c6i.4xlarge|ml.c6i.12xlarge|ml.c6i.16xlarge|ml.c6i.24xlarge|ml.c6i.32xlarge|ml.r5d.large|ml.r5d.xlarge|ml.r5d.2xlarge|ml.r5d.4xlarge|ml.r5d.8xlarge|ml.r5d.12xlarge|ml.r5d.16xlarge|ml.r5d.24xlarge|ml.t3.medium|ml.t3.large|ml.t3.xlarge|ml.t3.2xlarge|ml.r5.large|ml.r5.xlarge|ml.r5.2xlarge|ml.r5.4xlarge|ml.r5.8xlarge|ml.r5.12xlarge|ml.r5.16xlarge|ml.r5.24xlarge|ml.p6-b200.48xlarge|ml.m7i.large|ml.m7i.xlarge|ml.m7i.2xlarge|ml.m7i.4xlarge|ml.m7i.8xlarge|ml.m7i.12xlarge|ml.m7i.16xlarge|ml.m7i.24xlarge|ml.m7i.48xlarge|ml.c7i.large|ml.c7i.xlarge|ml.c7i.2xlarge|ml.c7i.4xlarge|ml.c7i.8xlarge|ml.c7i.12xlarge|ml.c7i.16xlarge|ml.c7i.24xlarge|ml.c7i.48xlarge|ml.r7i.large|ml.r7i.xlarge|ml.r7i.2xlarge|ml.r7i.4xlarge|ml.r7i.8xlarge|ml.r7i.12xlarge|ml.r7i.16xlarge|ml.r7i.24xlarge|ml.r7i.48xlarge|ml.p6e-gb200.36xlarge|ml.p5.4xlarge
#WarmPoolResourceStatus Available|Terminated|Reused|InUse
#RuleEvaluationStatus InProgress|NoIssuesFound|IssuesFound|Error|Stopping|Stopped
#ProfilingStatus Enabled|Disabled
#TransformJobStatus InProgress|Completed|Failed|Stopping|Stopped
#BatchStrategy MultiRecord|SingleRecord
#SplitType None|Line|RecordIO|TFRecord
#AssemblyType None|Line
#TransformInstanceType ml.m4.xlarge|ml.m4.2xlarge|ml.m4.4xlarge|ml.m4.10xlarge|ml.m4.16xlarge|ml.c4.xlarge|ml.c4.2xlarge|ml.c4.4xlarge|ml.c4.8xlarge|ml.p2.xlarge|ml.p2.8xlarge|ml.p2.16xlarge|ml.p3.2xlarge|ml.p3.8xlarge|ml.p3.16xlarge|ml.c5.xlarge|ml.c5.2xlarge|ml.c5.4xlarge|ml.c5.9xlarge|ml.c5.18xlarge|ml.m5.large|ml.m5.xlarge|ml.m5.2xlarge|ml.m5.4xlarge|ml.m5.12xlarge|ml.m5.24xlarge|ml.m6i.large|ml.m6i.xlarge|ml.m6i.2xlarge|ml.m6i.4xlarge|ml.m6i.8xlarge|ml.m6i.12xlarge|ml.m6i.16xlarge|ml.m6i.24xlarge|ml.m6i.32xlarge|ml.c6i.large|ml.c6i.xlarge|ml.c6i.2xlarge|ml.c6i.4xlarge|ml.c6i.8xlarge|ml.c6i.12xlarge|ml.c6i.16xlarge|ml.c6i.24xlarge|ml.c6i.32xlarge|ml.r6i.large|ml.r6i.xlarge|ml.r6i.2xlarge|ml.r6i.4xlarge|ml.r6i.8xlarge|ml.r6i.12xlarge|ml.r6i.16xlarge|ml.r6i.24xlarge|ml.r6i.32xlarge|ml.m7i.large|ml.m7i.xlarge|ml.m7i.2xlarge|ml.m7i.4xlarge|ml.m7i.8xlarge|ml.m7i.12xlarge|ml.m7i.16xlarge|ml.m7i.24xlarge|ml.m7i.48xlarge|ml.c7i.large|ml.c7i.xlarge|ml.c7i.2xlarge|ml.c7i.4xlarge|ml.c7i.8xlarge|ml.c7i.12xlarge|ml.c7i.16xlarge|ml.c7i.24xlarge|ml.c7i.48xlarge|ml.r7i.large|ml.r7i.xlarge|ml.r7i.2xlarge|ml.r7i.4xlarge|ml.r7i.8xlarge|ml.r7i.12xlarge|ml.r7i.16xlarge|ml.r7i.24xlarge|ml.r7i.48xlarge|ml.g4dn.xlarge|ml.g4dn.2xlarge|ml.g4dn.4xlarge|ml.g4dn.8xlarge|ml.g4dn.12xlarge|ml.g4dn.16xlarge|ml.g5.xlarge|ml.g5.2xlarge|ml.g5.4xlarge|ml.g5.8xlarge|ml.g5.12xlarge|ml.g5.16xlarge|ml.g5.24xlarge|ml.g5.48xlarge|ml.trn1.2xlarge|ml.trn1.32xlarge|ml.inf2.xlarge|ml.inf2.8xlarge|ml.inf2.24xlarge|ml.inf2.48xlarge|ml.g6.xlarge|ml.g6.2xlarge|ml.g6.4xlarge|ml.g6.8xlarge|ml.g6.12xlarge|ml.g6.16xlarge|ml.g6.24xlarge|ml.g6.48xlarge
#JoinSource Input|None
`;
