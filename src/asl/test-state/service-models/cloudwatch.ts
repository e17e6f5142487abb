/**
 * Responses of cloudwatch, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
DeleteInsightRules DeleteInsightRulesOutput
DescribeAlarmContributors DescribeAlarmContributorsOutput
DescribeAlarmHistory DescribeAlarmHistoryOutput
DescribeAlarms DescribeAlarmsOutput
DescribeAlarmsForMetric DescribeAlarmsForMetricOutput
DescribeAnomalyDetectors DescribeAnomalyDetectorsOutput
DescribeInsightRules DescribeInsightRulesOutput
DisableInsightRules DisableInsightRulesOutput
EnableInsightRules EnableInsightRulesOutput
GetDashboard GetDashboardOutput
GetInsightRuleReport GetInsightRuleReportOutput
GetMetricData GetMetricDataOutput
GetMetricStatistics GetMetricStatisticsOutput
GetMetricStream GetMetricStreamOutput
GetMetricWidgetImage GetMetricWidgetImageOutput
ListDashboards ListDashboardsOutput
ListManagedInsightRules ListManagedInsightRulesOutput
ListMetricStreams ListMetricStreamsOutput
ListMetrics ListMetricsOutput
ListTagsForResource ListTagsForResourceOutput
PutDashboard PutDashboardOutput
PutManagedInsightRules PutManagedInsightRulesOutput
PutMetricStream PutMetricStreamOutput

DeleteInsightRulesOutput Failures:[PartialFailure]
PartialFailure FailureResource:s ExceptionType:s FailureCode:s FailureDescription:s
DescribeAlarmContributorsOutput AlarmContributors!:[AlarmContributor] NextToken:s
AlarmContributor ContributorId!:s1-1024 ContributorAttributes!:{s1-1024} StateReason!:s0-1023 StateTransitionedTimestamp:s
DescribeAlarmHistoryOutput AlarmHistoryItems:[AlarmHistoryItem] NextToken:s
AlarmHistoryItem AlarmName:s1-255 AlarmContributorId:s1-1024 AlarmType:#AlarmType Timestamp:s HistoryItemType:#HistoryItemType HistorySummary:s1-255 HistoryData:s1-4095 AlarmContributorAttributes:{s1-1024}
DescribeAlarmsOutput CompositeAlarms:[CompositeAlarm] MetricAlarms:[MetricAlarm] NextToken:s
CompositeAlarm ActionsEnabled:b AlarmActions:[s1-1024] AlarmArn:s1-1600 AlarmConfigurationUpdatedTimestamp:s AlarmDescription:s0-1024 AlarmName:s1-255 AlarmRule:s1-10240 InsufficientDataActions:[s1-1024] OKActions:[s1-1024] StateReason:s0-1023 StateReasonData:s0-4000 StateUpdatedTimestamp:s StateValue:#StateValue StateTransitionedTimestamp:s ActionsSuppressedBy:#ActionsSuppressedBy ActionsSuppressedReason:s0-1024 ActionsSuppressor:s1-1600 ActionsSuppressorWaitPeriod:n ActionsSuppressorExtensionPeriod:n
MetricAlarm AlarmName:s1-255 AlarmArn:s1-1600 AlarmDescription:s0-1024 AlarmConfigurationUpdatedTimestamp:s ActionsEnabled:b OKActions:[s1-1024] AlarmActions:[s1-1024] InsufficientDataActions:[s1-1024] StateValue:#StateValue StateReason:s0-1023 StateReasonData:s0-4000 StateUpdatedTimestamp:s MetricName:s1-255 Namespace:s1-255 Statistic:#Statistic ExtendedStatistic:s Dimensions:[Dimension] Period:n1~ Unit:#StandardUnit EvaluationPeriods:n1~ DatapointsToAlarm:n1~ Threshold:n ComparisonOperator:#ComparisonOperator TreatMissingData:s1-255 EvaluateLowSampleCountPercentile:s1-255 Metrics:[MetricDataQuery] ThresholdMetricId:s1-255 EvaluationState:#EvaluationState StateTransitionedTimestamp:s
Dimension Name!:s1-255 Value!:s1-1024
MetricDataQuery Id!:s1-255 MetricStat:MetricStat Expression:s1-2048 Label:s ReturnData:b Period:n1~ AccountId:s1-255
MetricStat Metric!:Metric Period!:n1~ Stat!:s Unit:#StandardUnit
Metric Namespace:s1-255 MetricName:s1-255 Dimensions:[Dimension]
DescribeAlarmsForMetricOutput MetricAlarms:[MetricAlarm]
DescribeAnomalyDetectorsOutput AnomalyDetectors:[AnomalyDetector] NextToken:s
AnomalyDetector Namespace:s1-255 MetricName:s1-255 Dimensions:[Dimension] Stat:s-50 Configuration:AnomalyDetectorConfiguration StateValue:#AnomalyDetectorStateValue MetricCharacteristics:MetricCharacteristics SingleMetricAnomalyDetector:SingleMetricAnomalyDetector MetricMathAnomalyDetector:MetricMathAnomalyDetector
AnomalyDetectorConfiguration ExcludedTimeRanges:[Range] MetricTimezone:s-50
Range StartTime!:s EndTime!:s
MetricCharacteristics PeriodicSpikes:b
SingleMetricAnomalyDetector AccountId:s1-255 Namespace:s1-255 MetricName:s1-255 Dimensions:[Dimension] Stat:s-50
MetricMathAnomalyDetector MetricDataQueries:[MetricDataQuery]
DescribeInsightRulesOutput NextToken:s InsightRules:[InsightRule]
InsightRule Name!:s1-128 State!:s1-32 Schema!:s Definition!:s1-8192 ManagedRule:b ApplyOnTransformedLogs:b
DisableInsightRulesOutput Failures:[PartialFailure]
EnableInsightRulesOutput Failures:[PartialFailure]
GetDashboardOutput DashboardArn:s DashboardBody:s DashboardName:s
GetInsightRuleReportOutput KeyLabels:[s] AggregationStatistic:s AggregateValue:n ApproximateUniqueCount:n Contributors:[InsightRuleContributor] MetricDatapoints:[InsightRuleMetricDatapoint]
InsightRuleContributor Keys!:[s] ApproximateAggregateValue!:n Datapoints!:[InsightRuleContributorDatapoint]
InsightRuleContributorDatapoint Timestamp!:s ApproximateValue!:n
InsightRuleMetricDatapoint Timestamp!:s UniqueContributors:n MaxContributorValue:n SampleCount:n Average:n Sum:n Minimum:n Maximum:n
GetMetricDataOutput MetricDataResults:[MetricDataResult] NextToken:s Messages:[MessageData]
MetricDataResult Id:s1-255 Label:s Timestamps:[s] Values:[n] StatusCode:#StatusCode Messages:[MessageData]
MessageData Code:s Value:s
GetMetricStatisticsOutput Label:s Datapoints:[Datapoint]
Datapoint Timestamp:s SampleCount:n Average:n Sum:n Minimum:n Maximum:n Unit:#StandardUnit ExtendedStatistics:{n}
GetMetricStreamOutput Arn:s1-1024 Name:s1-255 IncludeFilters:[MetricStreamFilter] ExcludeFilters:[MetricStreamFilter] FirehoseArn:s1-1024 RoleArn:s1-1024 State:s CreationDate:s LastUpdateDate:s OutputFormat:#MetricStreamOutputFormat StatisticsConfigurations:[MetricStreamStatisticsConfiguration] IncludeLinkedAccountsMetrics:b
MetricStreamFilter Namespace:s1-255 MetricNames:[s1-255]
MetricStreamStatisticsConfiguration IncludeMetrics!:[MetricStreamStatisticsMetric] AdditionalStatistics!:[s]
MetricStreamStatisticsMetric Namespace!:s1-255 MetricName!:s1-255
GetMetricWidgetImageOutput MetricWidgetImage:s
ListDashboardsOutput DashboardEntries:[DashboardEntry] NextToken:s
DashboardEntry DashboardName:s DashboardArn:s LastModified:s Size:n
ListManagedInsightRulesOutput ManagedRules:[ManagedRuleDescription] NextToken:s
ManagedRuleDescription TemplateName:s1-128 ResourceARN:s1-1024 RuleState:ManagedRuleState
ManagedRuleState RuleName!:s1-128 State!:s1-32
ListMetricStreamsOutput NextToken:s Entries:[MetricStreamEntry]
MetricStreamEntry Arn:s1-1024 CreationDate:s LastUpdateDate:s Name:s1-255 FirehoseArn:s1-1024 State:s OutputFormat:#MetricStreamOutputFormat
ListMetricsOutput Metrics:[Metric] NextToken:s OwningAccounts:[s1-255]
ListTagsForResourceOutput Tags:[Tag]
Tag Key!:s1-128 Value!:s0-256
PutDashboardOutput DashboardValidationMessages:[DashboardValidationMessage]
DashboardValidationMessage DataPath:s Message:s
PutManagedInsightRulesOutput Failures:[PartialFailure]
PutMetricStreamOutput Arn:s1-1024

#AlarmType CompositeAlarm|MetricAlarm
#HistoryItemType ConfigurationUpdate|StateUpdate|Action|AlarmContributorStateUpdate|AlarmContributorAction
#StateValue OK|ALARM|INSUFFICIENT_DATA
#ActionsSuppressedBy WaitPeriod|ExtensionPeriod|Alarm
#Statistic SampleCount|Average|Sum|Minimum|Maximum
#StandardUnit Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None
#ComparisonOperator GreaterThanOrEqualToThreshold|GreaterThanThreshold|LessThanThreshold|LessThanOrEqualToThreshold|LessThanLowerOrGreaterThanUpperThreshold|LessThanLowerThreshold|GreaterThanUpperThreshold
#EvaluationState PARTIAL_DATA
#AnomalyDetectorStateValue PENDING_TRAINING|TRAINED_INSUFFICIENT_DATA|TRAINED
#StatusCode Complete|InternalError|PartialData|Forbidden
#MetricStreamOutputFormat json|opentelemetry0.7|opentelemetry1.0
`;
