/**
 * Responses of batch, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateComputeEnvironment CreateComputeEnvironmentResponse
CreateConsumableResource CreateConsumableResourceResponse
CreateJobQueue CreateJobQueueResponse
CreateSchedulingPolicy CreateSchedulingPolicyResponse
CreateServiceEnvironment CreateServiceEnvironmentResponse
DescribeComputeEnvironments DescribeComputeEnvironmentsResponse
DescribeConsumableResource DescribeConsumableResourceResponse
DescribeJobDefinitions DescribeJobDefinitionsResponse
DescribeJobQueues DescribeJobQueuesResponse
DescribeJobs DescribeJobsResponse
DescribeSchedulingPolicies DescribeSchedulingPoliciesResponse
DescribeServiceEnvironments DescribeServiceEnvironmentsResponse
DescribeServiceJob DescribeServiceJobResponse
GetJobQueueSnapshot GetJobQueueSnapshotResponse
ListConsumableResources ListConsumableResourcesResponse
ListJobs ListJobsResponse
ListJobsByConsumableResource ListJobsByConsumableResourceResponse
ListSchedulingPolicies ListSchedulingPoliciesResponse
ListServiceJobs ListServiceJobsResponse
ListTagsForResource ListTagsForResourceResponse
RegisterJobDefinition RegisterJobDefinitionResponse
SubmitJob SubmitJobResponse
SubmitServiceJob SubmitServiceJobResponse
UpdateComputeEnvironment UpdateComputeEnvironmentResponse
UpdateConsumableResource UpdateConsumableResourceResponse
UpdateJobQueue UpdateJobQueueResponse
UpdateServiceEnvironment UpdateServiceEnvironmentResponse

CreateComputeEnvironmentResponse computeEnvironmentName:s computeEnvironmentArn:s
CreateConsumableResourceResponse consumableResourceName!:s consumableResourceArn!:s
CreateJobQueueResponse jobQueueName!:s jobQueueArn!:s
CreateSchedulingPolicyResponse name!:s arn!:s
CreateServiceEnvironmentResponse serviceEnvironmentName!:s serviceEnvironmentArn!:s
DescribeComputeEnvironmentsResponse computeEnvironments:[ComputeEnvironmentDetail] nextToken:s
ComputeEnvironmentDetail computeEnvironmentName!:s computeEnvironmentArn!:s unmanagedvCpus:n ecsClusterArn:s tags:{s-256} type:#CEType state:#CEState status:#CEStatus statusReason:s computeResources:ComputeResource serviceRole:s updatePolicy:UpdatePolicy eksConfiguration:EksConfiguration containerOrchestrationType:#OrchestrationType uuid:s context:s
ComputeResource type!:#CRType allocationStrategy:#CRAllocationStrategy minvCpus:n maxvCpus!:n desiredvCpus:n instanceTypes:[s] imageId:s subnets!:[s] securityGroupIds:[s] ec2KeyPair:s instanceRole:s tags:{s} placementGroup:s bidPercentage:n spotIamFleetRole:s launchTemplate:LaunchTemplateSpecification ec2Configuration:[Ec2Configuration]
LaunchTemplateSpecification launchTemplateId:s launchTemplateName:s version:s overrides:[LaunchTemplateSpecificationOverride] userdataType:#UserdataType
LaunchTemplateSpecificationOverride launchTemplateId:s launchTemplateName:s version:s targetInstanceTypes:[s] userdataType:#UserdataType
Ec2Configuration imageType!:s1-256 imageIdOverride:s1-256 imageKubernetesVersion:s1-256
UpdatePolicy terminateJobsOnUpdate:b jobExecutionTimeoutMinutes:n1~360
EksConfiguration eksClusterArn!:s kubernetesNamespace!:s
DescribeConsumableResourceResponse consumableResourceName!:s consumableResourceArn!:s totalQuantity:n inUseQuantity:n availableQuantity:n resourceType:s createdAt:n tags:{s-256}
DescribeJobDefinitionsResponse jobDefinitions:[JobDefinition] nextToken:s
JobDefinition jobDefinitionName!:s jobDefinitionArn!:s revision!:n status:s type!:s schedulingPriority:n parameters:{s} retryStrategy:RetryStrategy containerProperties:ContainerProperties timeout:JobTimeout nodeProperties:NodeProperties tags:{s-256} propagateTags:b platformCapabilities:[#PlatformCapability] ecsProperties:EcsProperties eksProperties:EksProperties containerOrchestrationType:#OrchestrationType consumableResourceProperties:ConsumableResourceProperties
RetryStrategy attempts:n evaluateOnExit:[EvaluateOnExit]
EvaluateOnExit onStatusReason:s onReason:s onExitCode:s action!:#RetryAction
ContainerProperties image:s vcpus:n memory:n command:[s] jobRoleArn:s executionRoleArn:s volumes:[Volume] environment:[KeyValuePair] mountPoints:[MountPoint] readonlyRootFilesystem:b privileged:b ulimits:[Ulimit] user:s instanceType:s resourceRequirements:[ResourceRequirement] linuxParameters:LinuxParameters logConfiguration:LogConfiguration secrets:[Secret] networkConfiguration:NetworkConfiguration fargatePlatformConfiguration:FargatePlatformConfiguration enableExecuteCommand:b ephemeralStorage:EphemeralStorage runtimePlatform:RuntimePlatform repositoryCredentials:RepositoryCredentials
Volume host:Host name:s efsVolumeConfiguration:EFSVolumeConfiguration
Host sourcePath:s
EFSVolumeConfiguration fileSystemId!:s rootDirectory:s transitEncryption:#EFSTransitEncryption transitEncryptionPort:n authorizationConfig:EFSAuthorizationConfig
EFSAuthorizationConfig accessPointId:s iam:#EFSAuthorizationConfigIAM
KeyValuePair name:s value:s
MountPoint containerPath:s readOnly:b sourceVolume:s
Ulimit hardLimit!:n name!:s softLimit!:n
ResourceRequirement value!:s type!:#ResourceType
LinuxParameters devices:[Device] initProcessEnabled:b sharedMemorySize:n tmpfs:[Tmpfs] maxSwap:n swappiness:n
Device hostPath!:s containerPath:s permissions:[#DeviceCgroupPermission]
Tmpfs containerPath!:s size!:n mountOptions:[s]
LogConfiguration logDriver!:#LogDriver options:{s} secretOptions:[Secret]
Secret name!:s valueFrom!:s
NetworkConfiguration assignPublicIp:#AssignPublicIp
FargatePlatformConfiguration platformVersion:s
EphemeralStorage sizeInGiB!:n
RuntimePlatform operatingSystemFamily:s cpuArchitecture:s
RepositoryCredentials credentialsParameter!:s
JobTimeout attemptDurationSeconds:n
NodeProperties numNodes!:n mainNode!:n nodeRangeProperties!:[NodeRangeProperty]
NodeRangeProperty targetNodes!:s container:ContainerProperties instanceTypes:[s] ecsProperties:EcsProperties eksProperties:EksProperties consumableResourceProperties:ConsumableResourceProperties
EcsProperties taskProperties!:[EcsTaskProperties]
EcsTaskProperties containers!:[TaskContainerProperties] ephemeralStorage:EphemeralStorage executionRoleArn:s platformVersion:s ipcMode:s taskRoleArn:s pidMode:s networkConfiguration:NetworkConfiguration runtimePlatform:RuntimePlatform volumes:[Volume] enableExecuteCommand:b
TaskContainerProperties command:[s] dependsOn:[TaskContainerDependency] environment:[KeyValuePair] essential:b firelensConfiguration:FirelensConfiguration image!:s linuxParameters:LinuxParameters logConfiguration:LogConfiguration mountPoints:[MountPoint] name:s privileged:b readonlyRootFilesystem:b repositoryCredentials:RepositoryCredentials resourceRequirements:[ResourceRequirement] secrets:[Secret] ulimits:[Ulimit] user:s
TaskContainerDependency containerName:s condition:s
FirelensConfiguration type!:#FirelensConfigurationType options:{s}
EksProperties podProperties:EksPodProperties
EksPodProperties serviceAccountName:s hostNetwork:b dnsPolicy:s imagePullSecrets:[ImagePullSecret] containers:[EksContainer] initContainers:[EksContainer] volumes:[EksVolume] metadata:EksMetadata shareProcessNamespace:b
ImagePullSecret name!:s
EksContainer name:s image!:s imagePullPolicy:s command:[s] args:[s] env:[EksContainerEnvironmentVariable] resources:EksContainerResourceRequirements volumeMounts:[EksContainerVolumeMount] securityContext:EksContainerSecurityContext
EksContainerEnvironmentVariable name!:s value:s
EksContainerResourceRequirements limits:{s1-256} requests:{s1-256}
EksContainerVolumeMount name:s mountPath:s subPath:s readOnly:b
EksContainerSecurityContext runAsUser:n runAsGroup:n privileged:b allowPrivilegeEscalation:b readOnlyRootFilesystem:b runAsNonRoot:b
EksVolume name!:s hostPath:EksHostPath emptyDir:EksEmptyDir secret:EksSecret persistentVolumeClaim:EksPersistentVolumeClaim
EksHostPath path:s
EksEmptyDir medium:s sizeLimit:s1-256
EksSecret secretName!:s optional:b
EksPersistentVolumeClaim claimName!:s readOnly:b
EksMetadata labels:{s} annotations:{s} namespace:s
ConsumableResourceProperties consumableResourceList:[ConsumableResourceRequirement]
ConsumableResourceRequirement consumableResource:s quantity:n
DescribeJobQueuesResponse jobQueues:[JobQueueDetail] nextToken:s
JobQueueDetail jobQueueName!:s jobQueueArn!:s state!:#JQState schedulingPolicyArn:s status:#JQStatus statusReason:s priority!:n computeEnvironmentOrder!:[ComputeEnvironmentOrder] serviceEnvironmentOrder:[ServiceEnvironmentOrder] jobQueueType:#JobQueueType tags:{s-256} jobStateTimeLimitActions:[JobStateTimeLimitAction]
ComputeEnvironmentOrder order!:n computeEnvironment!:s
ServiceEnvironmentOrder order!:n serviceEnvironment!:s
JobStateTimeLimitAction reason!:s state!:#JobStateTimeLimitActionsState maxTimeSeconds!:n action!:#JobStateTimeLimitActionsAction
DescribeJobsResponse jobs:[JobDetail]
JobDetail jobArn:s jobName!:s jobId!:s jobQueue!:s status!:#JobStatus shareIdentifier:s schedulingPriority:n attempts:[AttemptDetail] statusReason:s createdAt:n retryStrategy:RetryStrategy startedAt!:n stoppedAt:n dependsOn:[JobDependency] jobDefinition!:s parameters:{s} container:ContainerDetail nodeDetails:NodeDetails nodeProperties:NodeProperties arrayProperties:ArrayPropertiesDetail timeout:JobTimeout tags:{s-256} propagateTags:b platformCapabilities:[#PlatformCapability] eksProperties:EksPropertiesDetail eksAttempts:[EksAttemptDetail] ecsProperties:EcsPropertiesDetail isCancelled:b isTerminated:b consumableResourceProperties:ConsumableResourceProperties
AttemptDetail container:AttemptContainerDetail startedAt:n stoppedAt:n statusReason:s taskProperties:[AttemptEcsTaskDetails]
AttemptContainerDetail containerInstanceArn:s taskArn:s exitCode:n reason:s logStreamName:s networkInterfaces:[NetworkInterface]
NetworkInterface attachmentId:s ipv6Address:s privateIpv4Address:s
AttemptEcsTaskDetails containerInstanceArn:s taskArn:s containers:[AttemptTaskContainerDetails]
AttemptTaskContainerDetails exitCode:n name:s reason:s logStreamName:s networkInterfaces:[NetworkInterface]
JobDependency jobId:s type:#ArrayJobDependency
ContainerDetail image:s vcpus:n memory:n command:[s] jobRoleArn:s executionRoleArn:s volumes:[Volume] environment:[KeyValuePair] mountPoints:[MountPoint] readonlyRootFilesystem:b ulimits:[Ulimit] privileged:b user:s exitCode:n reason:s containerInstanceArn:s taskArn:s logStreamName:s instanceType:s networkInterfaces:[NetworkInterface] resourceRequirements:[ResourceRequirement] linuxParameters:LinuxParameters logConfiguration:LogConfiguration secrets:[Secret] networkConfiguration:NetworkConfiguration fargatePlatformConfiguration:FargatePlatformConfiguration ephemeralStorage:EphemeralStorage runtimePlatform:RuntimePlatform repositoryCredentials:RepositoryCredentials enableExecuteCommand:b
NodeDetails nodeIndex:n isMainNode:b
ArrayPropertiesDetail statusSummary:{n} size:n index:n
EksPropertiesDetail podProperties:EksPodPropertiesDetail
EksPodPropertiesDetail serviceAccountName:s hostNetwork:b dnsPolicy:s imagePullSecrets:[ImagePullSecret] containers:[EksContainerDetail] initContainers:[EksContainerDetail] volumes:[EksVolume] podName:s nodeName:s metadata:EksMetadata shareProcessNamespace:b
EksContainerDetail name:s image:s imagePullPolicy:s command:[s] args:[s] env:[EksContainerEnvironmentVariable] resources:EksContainerResourceRequirements exitCode:n reason:s volumeMounts:[EksContainerVolumeMount] securityContext:EksContainerSecurityContext
EksAttemptDetail containers:[EksAttemptContainerDetail] initContainers:[EksAttemptContainerDetail] eksClusterArn:s podName:s podNamespace:s nodeName:s startedAt:n stoppedAt:n statusReason:s
EksAttemptContainerDetail name:s containerID:s exitCode:n reason:s
EcsPropertiesDetail taskProperties:[EcsTaskDetails]
EcsTaskDetails containers:[TaskContainerDetails] containerInstanceArn:s taskArn:s ephemeralStorage:EphemeralStorage executionRoleArn:s platformVersion:s ipcMode:s taskRoleArn:s pidMode:s networkConfiguration:NetworkConfiguration runtimePlatform:RuntimePlatform volumes:[Volume] enableExecuteCommand:b
TaskContainerDetails command:[s] dependsOn:[TaskContainerDependency] environment:[KeyValuePair] essential:b firelensConfiguration:FirelensConfiguration image:s linuxParameters:LinuxParameters logConfiguration:LogConfiguration mountPoints:[MountPoint] name:s privileged:b readonlyRootFilesystem:b repositoryCredentials:RepositoryCredentials resourceRequirements:[ResourceRequirement] secrets:[Secret] ulimits:[Ulimit] user:s exitCode:n reason:s logStreamName:s networkInterfaces:[NetworkInterface]
DescribeSchedulingPoliciesResponse schedulingPolicies:[SchedulingPolicyDetail]
SchedulingPolicyDetail name!:s arn!:s fairsharePolicy:FairsharePolicy tags:{s-256}
FairsharePolicy shareDecaySeconds:n computeReservation:n shareDistribution:[ShareAttributes]
ShareAttributes shareIdentifier!:s weightFactor:n
DescribeServiceEnvironmentsResponse serviceEnvironments:[ServiceEnvironmentDetail] nextToken:s
ServiceEnvironmentDetail serviceEnvironmentName!:s serviceEnvironmentArn!:s serviceEnvironmentType!:#ServiceEnvironmentType state:#ServiceEnvironmentState status:#ServiceEnvironmentStatus capacityLimits!:[CapacityLimit] tags:{s-256}
CapacityLimit maxCapacity:n capacityUnit:s
DescribeServiceJobResponse attempts:[ServiceJobAttemptDetail] createdAt:n isTerminated:b jobArn:s jobId!:s jobName!:s jobQueue!:s latestAttempt:LatestServiceJobAttempt retryStrategy:ServiceJobRetryStrategy schedulingPriority:n serviceRequestPayload:s serviceJobType!:#ServiceJobType shareIdentifier:s startedAt!:n status!:#ServiceJobStatus statusReason:s stoppedAt:n tags:{s-256} timeoutConfig:ServiceJobTimeout
ServiceJobAttemptDetail serviceResourceId:ServiceResourceId startedAt:n stoppedAt:n statusReason:s
ServiceResourceId name!:#ServiceResourceIdName value!:s
LatestServiceJobAttempt serviceResourceId:ServiceResourceId
ServiceJobRetryStrategy attempts!:n evaluateOnExit:[ServiceJobEvaluateOnExit]
ServiceJobEvaluateOnExit action:#ServiceJobRetryAction onStatusReason:s
ServiceJobTimeout attemptDurationSeconds:n
GetJobQueueSnapshotResponse frontOfQueue:FrontOfQueueDetail
FrontOfQueueDetail jobs:[FrontOfQueueJobSummary] lastUpdatedAt:n
FrontOfQueueJobSummary jobArn:s earliestTimeAtPosition:n
ListConsumableResourcesResponse consumableResources!:[ConsumableResourceSummary] nextToken:s
ConsumableResourceSummary consumableResourceArn!:s consumableResourceName!:s totalQuantity:n inUseQuantity:n resourceType:s
ListJobsResponse jobSummaryList!:[JobSummary] nextToken:s
JobSummary jobArn:s jobId!:s jobName!:s createdAt:n status:#JobStatus statusReason:s startedAt:n stoppedAt:n container:ContainerSummary arrayProperties:ArrayPropertiesSummary nodeProperties:NodePropertiesSummary jobDefinition:s
ContainerSummary exitCode:n reason:s
ArrayPropertiesSummary size:n index:n
NodePropertiesSummary isMainNode:b numNodes:n nodeIndex:n
ListJobsByConsumableResourceResponse jobs!:[ListJobsByConsumableResourceSummary] nextToken:s
ListJobsByConsumableResourceSummary jobArn!:s jobQueueArn!:s jobName!:s jobDefinitionArn:s shareIdentifier:s jobStatus!:s quantity!:n statusReason:s startedAt:n createdAt!:n consumableResourceProperties!:ConsumableResourceProperties
ListSchedulingPoliciesResponse schedulingPolicies:[SchedulingPolicyListingDetail] nextToken:s
SchedulingPolicyListingDetail arn!:s
ListServiceJobsResponse jobSummaryList!:[ServiceJobSummary] nextToken:s
ServiceJobSummary latestAttempt:LatestServiceJobAttempt createdAt:n jobArn:s jobId!:s jobName!:s serviceJobType!:#ServiceJobType shareIdentifier:s status:#ServiceJobStatus statusReason:s startedAt:n stoppedAt:n
ListTagsForResourceResponse tags:{s-256}
RegisterJobDefinitionResponse jobDefinitionName!:s jobDefinitionArn!:s revision!:n
SubmitJobResponse jobArn:s jobName!:s jobId!:s
SubmitServiceJobResponse jobArn:s jobName!:s jobId!:s
UpdateComputeEnvironmentResponse computeEnvironmentName:s computeEnvironmentArn:s
UpdateConsumableResourceResponse consumableResourceName!:s consumableResourceArn!:s totalQuantity:n
UpdateJobQueueResponse jobQueueName:s jobQueueArn:s
UpdateServiceEnvironmentResponse serviceEnvironmentName!:s serviceEnvironmentArn!:s

#CEType MANAGED|UNMANAGED
#CEState ENABLED|DISABLED
#CEStatus CREATING|UPDATING|DELETING|DELETED|VALID|INVALID
#CRType EC2|SPOT|FARGATE|FARGATE_SPOT
#CRAllocationStrategy BEST_FIT|BEST_FIT_PROGRESSIVE|SPOT_CAPACITY_OPTIMIZED|SPOT_PRICE_CAPACITY_OPTIMIZED
#UserdataType EKS_BOOTSTRAP_SH|EKS_NODEADM
#OrchestrationType ECS|EKS
#RetryAction RETRY|EXIT
#EFSTransitEncryption ENABLED|DISABLED
#EFSAuthorizationConfigIAM ENABLED|DISABLED
#ResourceType GPU|VCPU|MEMORY
#DeviceCgroupPermission READ|WRITE|MKNOD
#LogDriver json-file|syslog|journald|gelf|fluentd|awslogs|splunk|awsfirelens
#AssignPublicIp ENABLED|DISABLED
#FirelensConfigurationType fluentd|fluentbit
#PlatformCapability EC2|FARGATE
#JQState ENABLED|DISABLED
#JQStatus CREATING|UPDATING|DELETING|DELETED|VALID|INVALID
#JobQueueType EKS|ECS|ECS_FARGATE|SAGEMAKER_TRAINING
#JobStateTimeLimitActionsState RUNNABLE
#JobStateTimeLimitActionsAction CANCEL|TERMINATE
#JobStatus SUBMITTED|PENDING|RUNNABLE|STARTING|RUNNING|SUCCEEDED|FAILED
#ArrayJobDependency N_TO_N|SEQUENTIAL
#ServiceEnvironmentType SAGEMAKER_TRAINING
#ServiceEnvironmentState ENABLED|DISABLED
#ServiceEnvironmentStatus CREATING|UPDATING|DELETING|DELETED|VALID|INVALID
#ServiceResourceIdName TrainingJobArn
#ServiceJobRetryAction RETRY|EXIT
#ServiceJobType SAGEMAKER_TRAINING
#ServiceJobStatus SUBMITTED|PENDING|RUNNABLE|SCHEDULED|STARTING|RUNNING|SUCCEEDED|FAILED
`;
