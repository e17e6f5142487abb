/**
 * Responses of ssm, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
GetAutomationExecution GetAutomationExecutionResult
GetCommandInvocation GetCommandInvocationResult
GetParameter GetParameterResult
GetParameters GetParametersResult
GetParametersByPath GetParametersByPathResult
ListCommandInvocations ListCommandInvocationsResult
PutParameter PutParameterResult
SendCommand SendCommandResult
StartAutomationExecution StartAutomationExecutionResult

GetAutomationExecutionResult AutomationExecution:AutomationExecution
AutomationExecution AutomationExecutionId:s36-36 DocumentName:s DocumentVersion:s ExecutionStartTime:s ExecutionEndTime:s AutomationExecutionStatus:#AutomationExecutionStatus StepExecutions:[StepExecution] StepExecutionsTruncated:b Parameters:{[s1-512]} Outputs:{[s1-512]} FailureMessage:s Mode:#ExecutionMode ParentAutomationExecutionId:s36-36 ExecutedBy:s CurrentStepName:s CurrentAction:s TargetParameterName:s1-50 Targets:[Target] TargetMaps:[{[s1-50]}] ResolvedTargets:ResolvedTargets MaxConcurrency:s1-7 MaxErrors:s1-7 Target:s TargetLocations:[TargetLocation] ProgressCounters:ProgressCounters AlarmConfiguration:AlarmConfiguration TriggeredAlarms:[AlarmStateInformation] TargetLocationsURL:s AutomationSubtype:#AutomationSubtype ScheduledTime:s Runbooks:[Runbook] OpsItemId:s AssociationId:s ChangeRequestName:s1-1024 Variables:{[s1-512]}
StepExecution StepName:s Action:s TimeoutSeconds:n OnFailure:s MaxAttempts:n ExecutionStartTime:s ExecutionEndTime:s StepStatus:#AutomationExecutionStatus ResponseCode:s Inputs:{s} Outputs:{[s1-512]} Response:s FailureMessage:s FailureDetails:FailureDetails StepExecutionId:s OverriddenParameters:{[s1-512]} IsEnd:b NextStep:s IsCritical:b ValidNextSteps:[s1-65535] Targets:[Target] TargetLocation:TargetLocation TriggeredAlarms:[AlarmStateInformation] ParentStepDetails:ParentStepDetails
FailureDetails FailureStage:s FailureType:s Details:{[s1-512]}
Target Key:s1-163 Values:[s]
TargetLocation Accounts:[s] Regions:[s] TargetLocationMaxConcurrency:s1-7 TargetLocationMaxErrors:s1-7 ExecutionRoleName:s1-64 TargetLocationAlarmConfiguration:AlarmConfiguration IncludeChildOrganizationUnits:b ExcludeAccounts:[s6-68] Targets:[Target] TargetsMaxConcurrency:s1-7 TargetsMaxErrors:s1-7
AlarmConfiguration IgnorePollAlarmFailure:b Alarms!:[Alarm]
Alarm Name!:s1-255
AlarmStateInformation Name!:s1-255 State!:#ExternalAlarmState
ParentStepDetails StepExecutionId:s StepName:s Action:s Iteration:n IteratorValue:s
ResolvedTargets ParameterValues:[s] Truncated:b
ProgressCounters TotalSteps:n SuccessSteps:n FailedSteps:n CancelledSteps:n TimedOutSteps:n
Runbook DocumentName!:s DocumentVersion:s Parameters:{[s1-512]} TargetParameterName:s1-50 Targets:[Target] TargetMaps:[{[s1-50]}] MaxConcurrency:s1-7 MaxErrors:s1-7 TargetLocations:[TargetLocation]
GetCommandInvocationResult CommandId:s36-36 InstanceId:s Comment:s-100 DocumentName:s DocumentVersion:s PluginName:s4- ResponseCode:n ExecutionStartDateTime:s ExecutionElapsedTime:s ExecutionEndDateTime:s Status:#CommandInvocationStatus StatusDetails:s0-100 StandardOutputContent:s-24000 StandardOutputUrl:s StandardErrorContent:s-8000 StandardErrorUrl:s CloudWatchOutputConfig:CloudWatchOutputConfig
CloudWatchOutputConfig CloudWatchLogGroupName:s1-512 CloudWatchOutputEnabled:b
GetParameterResult Parameter:Parameter
Parameter Name:s1-2048 Type:#ParameterType Value:s Version:n Selector:s0-128 SourceResult:s LastModifiedDate:s ARN:s DataType:s0-128
GetParametersResult Parameters:[Parameter] InvalidParameters:[s1-2048]
GetParametersByPathResult Parameters:[Parameter] NextToken:s
ListCommandInvocationsResult CommandInvocations:[CommandInvocation] NextToken:s
CommandInvocation CommandId:s36-36 InstanceId:s InstanceName:s-255 Comment:s-100 DocumentName:s DocumentVersion:s RequestedDateTime:s Status:#CommandInvocationStatus StatusDetails:s0-100 TraceOutput:s-2500 StandardOutputUrl:s StandardErrorUrl:s CommandPlugins:[CommandPlugin] ServiceRole:s NotificationConfig:NotificationConfig CloudWatchOutputConfig:CloudWatchOutputConfig
CommandPlugin Name:s4- Status:#CommandPluginStatus StatusDetails:s0-100 ResponseCode:n ResponseStartDateTime:s ResponseFinishDateTime:s Output:s-2500 StandardOutputUrl:s StandardErrorUrl:s OutputS3Region:s3-20 OutputS3BucketName:s3-63 OutputS3KeyPrefix:s-500
NotificationConfig NotificationArn:s NotificationEvents:[#NotificationEvent] NotificationType:#NotificationType
PutParameterResult Version:n Tier:#ParameterTier
SendCommandResult Command:Command
Command CommandId:s36-36 DocumentName:s DocumentVersion:s Comment:s-100 ExpiresAfter:s Parameters:{[s]} InstanceIds:[s] Targets:[Target] RequestedDateTime:s Status:#CommandStatus StatusDetails:s0-100 OutputS3Region:s3-20 OutputS3BucketName:s3-63 OutputS3KeyPrefix:s-500 MaxConcurrency:s1-7 MaxErrors:s1-7 TargetCount:n CompletedCount:n ErrorCount:n DeliveryTimedOutCount:n ServiceRole:s NotificationConfig:NotificationConfig CloudWatchOutputConfig:CloudWatchOutputConfig TimeoutSeconds:n30~2592000 AlarmConfiguration:AlarmConfiguration TriggeredAlarms:[AlarmStateInformation]
StartAutomationExecutionResult AutomationExecutionId:s36-36

#AutomationExecutionStatus Pending|InProgress|Waiting|Success|TimedOut|Cancelling|Cancelled|Failed|PendingApproval|Approved|Rejected|Scheduled|RunbookInProgress|PendingChangeCalendarOverride|ChangeCalendarOverrideApproved|ChangeCalendarOverrideRejected|CompletedWithSuccess|CompletedWithFailure|Exited
#ExternalAlarmState UNKNOWN|ALARM
#ExecutionMode Auto|Interactive
#AutomationSubtype ChangeRequest|AccessRequest
#CommandInvocationStatus Pending|InProgress|Delayed|Success|Cancelled|TimedOut|Failed|Cancelling
#ParameterType String|StringList|SecureString
#CommandPluginStatus Pending|InProgress|Success|TimedOut|Cancelled|Failed
#NotificationEvent All|InProgress|Success|TimedOut|Cancelled|Failed
#NotificationType Command|Invocation
#ParameterTier Standard|Advanced|Intelligent-Tiering
#CommandStatus Pending|InProgress|Success|Cancelled|Failed|TimedOut|Cancelling
`;
