/**
 * Responses of ecs, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
DescribeTasks DescribeTasksResponse
ListTasks ListTasksResponse
RunTask RunTaskResponse
StartTask StartTaskResponse
StopTask StopTaskResponse

DescribeTasksResponse tasks:[Task] failures:[Failure]
Task attachments:[Attachment] attributes:[Attribute] availabilityZone:s capacityProviderName:s clusterArn:s connectivity:#Connectivity connectivityAt:s containerInstanceArn:s containers:[Container] cpu:s createdAt:s desiredStatus:s enableExecuteCommand:b executionStoppedAt:s group:s healthStatus:#HealthStatus inferenceAccelerators:[InferenceAccelerator] lastStatus:s launchType:#LaunchType memory:s overrides:TaskOverride platformVersion:s platformFamily:s pullStartedAt:s pullStoppedAt:s startedAt:s startedBy:s stopCode:#TaskStopCode stoppedAt:s stoppedReason:s stoppingAt:s tags:[Tag] taskArn:s taskDefinitionArn:s version:n ephemeralStorage:EphemeralStorage fargateEphemeralStorage:TaskEphemeralStorage
Attachment id:s type:s status:s details:[KeyValuePair]
KeyValuePair name:s value:s
Attribute name!:s value:s targetType:#TargetType targetId:s
Container containerArn:s taskArn:s name:s image:s imageDigest:s runtimeId:s lastStatus:s exitCode:n reason:s networkBindings:[NetworkBinding] networkInterfaces:[NetworkInterface] healthStatus:#HealthStatus managedAgents:[ManagedAgent] cpu:s memory:s memoryReservation:s gpuIds:[s]
NetworkBinding bindIP:s containerPort:n hostPort:n protocol:#TransportProtocol containerPortRange:s hostPortRange:s
NetworkInterface attachmentId:s privateIpv4Address:s ipv6Address:s
ManagedAgent lastStartedAt:s name:#ManagedAgentName reason:s lastStatus:s
InferenceAccelerator deviceName!:s deviceType!:s
TaskOverride containerOverrides:[ContainerOverride] cpu:s inferenceAcceleratorOverrides:[InferenceAcceleratorOverride] executionRoleArn:s memory:s taskRoleArn:s ephemeralStorage:EphemeralStorage
ContainerOverride name:s command:[s] environment:[KeyValuePair] environmentFiles:[EnvironmentFile] cpu:n memory:n memoryReservation:n resourceRequirements:[ResourceRequirement]
EnvironmentFile value!:s type!:#EnvironmentFileType
ResourceRequirement value!:s type!:#ResourceType
InferenceAcceleratorOverride deviceName:s deviceType:s
EphemeralStorage sizeInGiB!:n
Tag key:s1-128 value:s0-256
TaskEphemeralStorage sizeInGiB:n kmsKeyId:s
Failure arn:s reason:s detail:s
ListTasksResponse taskArns:[s] nextToken:s
RunTaskResponse tasks:[Task] failures:[Failure]
StartTaskResponse tasks:[Task] failures:[Failure]
StopTaskResponse task:Task

#TargetType container-instance
#Connectivity CONNECTED|DISCONNECTED
#TransportProtocol tcp|udp
#HealthStatus HEALTHY|UNHEALTHY|UNKNOWN
#ManagedAgentName ExecuteCommandAgent
#LaunchType EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES
#EnvironmentFileType s3
#ResourceType GPU|InferenceAccelerator
#TaskStopCode TaskFailedToStart|EssentialContainerExited|UserInitiated|ServiceSchedulerInitiated|SpotInterruption|TerminationNotice
`;
