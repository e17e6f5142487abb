/**
 * Responses of scheduler, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateSchedule CreateScheduleOutput
CreateScheduleGroup CreateScheduleGroupOutput
GetSchedule GetScheduleOutput
GetScheduleGroup GetScheduleGroupOutput
ListScheduleGroups ListScheduleGroupsOutput
ListSchedules ListSchedulesOutput
ListTagsForResource ListTagsForResourceOutput
UpdateSchedule UpdateScheduleOutput

CreateScheduleOutput ScheduleArn!:s1-1224
CreateScheduleGroupOutput ScheduleGroupArn!:s1-1224
GetScheduleOutput ActionAfterCompletion:#ActionAfterCompletion Arn:s1-1224 CreationDate:s Description:s0-512 EndDate:s FlexibleTimeWindow:FlexibleTimeWindow GroupName:s1-64 KmsKeyArn:s1-2048 LastModificationDate:s Name:s1-64 ScheduleExpression:s1-256 ScheduleExpressionTimezone:s1-50 StartDate:s State:#ScheduleState Target:Target
FlexibleTimeWindow MaximumWindowInMinutes:n1~1440 Mode!:#FlexibleTimeWindowMode
Target Arn!:s1-1600 DeadLetterConfig:DeadLetterConfig EcsParameters:EcsParameters EventBridgeParameters:EventBridgeParameters Input:s1- KinesisParameters:KinesisParameters RetryPolicy:RetryPolicy RoleArn!:s1-1600 SageMakerPipelineParameters:SageMakerPipelineParameters SqsParameters:SqsParameters
DeadLetterConfig Arn:s1-1600
EcsParameters CapacityProviderStrategy:[CapacityProviderStrategyItem] EnableECSManagedTags:b EnableExecuteCommand:b Group:s1-255 LaunchType:#LaunchType NetworkConfiguration:NetworkConfiguration PlacementConstraints:[PlacementConstraint] PlacementStrategy:[PlacementStrategy] PlatformVersion:s1-64 PropagateTags:#PropagateTags ReferenceId:s0-1024 Tags:[{s1-256}] TaskCount:n1~10 TaskDefinitionArn!:s1-1600
CapacityProviderStrategyItem base:n0~100000 capacityProvider!:s1-255 weight:n0~1000
NetworkConfiguration awsvpcConfiguration:AwsVpcConfiguration
AwsVpcConfiguration AssignPublicIp:#AssignPublicIp SecurityGroups:[s1-1000] Subnets!:[s1-1000]
PlacementConstraint expression:s0-2000 type:#PlacementConstraintType
PlacementStrategy field:s0-255 type:#PlacementStrategyType
EventBridgeParameters DetailType!:s1-128 Source!:s1-256
KinesisParameters PartitionKey!:s1-256
RetryPolicy MaximumEventAgeInSeconds:n60~86400 MaximumRetryAttempts:n0~185
SageMakerPipelineParameters PipelineParameterList:[SageMakerPipelineParameter]
SageMakerPipelineParameter Name!:s1-256 Value!:s1-1024
SqsParameters MessageGroupId:s1-128
GetScheduleGroupOutput Arn:s1-1224 CreationDate:s LastModificationDate:s Name:s1-64 State:#ScheduleGroupState
ListScheduleGroupsOutput NextToken:s1-2048 ScheduleGroups!:[ScheduleGroupSummary]
ScheduleGroupSummary Arn:s1-1224 CreationDate:s LastModificationDate:s Name:s1-64 State:#ScheduleGroupState
ListSchedulesOutput NextToken:s1-2048 Schedules!:[ScheduleSummary]
ScheduleSummary Arn:s1-1224 CreationDate:s GroupName:s1-64 LastModificationDate:s Name:s1-64 State:#ScheduleState Target:TargetSummary
TargetSummary Arn!:s1-1600
ListTagsForResourceOutput Tags:[Tag]
Tag Key!:s1-128 Value!:s1-256
UpdateScheduleOutput ScheduleArn!:s1-1224

#ActionAfterCompletion NONE|DELETE
#FlexibleTimeWindowMode OFF|FLEXIBLE
#ScheduleState ENABLED|DISABLED
#LaunchType EC2|FARGATE|EXTERNAL
#AssignPublicIp ENABLED|DISABLED
#PlacementConstraintType distinctInstance|memberOf
#PlacementStrategyType random|spread|binpack
#PropagateTags TASK_DEFINITION
#ScheduleGroupState ACTIVE|DELETING
`;
