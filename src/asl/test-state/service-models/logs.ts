/**
 * Responses of logs, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateExportTask CreateExportTaskResponse
FilterLogEvents FilterLogEventsResponse
GetQueryResults GetQueryResultsResponse
PutLogEvents PutLogEventsResponse
StartQuery StartQueryResponse

CreateExportTaskResponse taskId:s1-512
FilterLogEventsResponse events:[FilteredLogEvent] searchedLogStreams:[SearchedLogStream] nextToken:s1-
FilteredLogEvent logStreamName:s1-512 timestamp:n0~ message:s1- ingestionTime:n0~ eventId:s
SearchedLogStream logStreamName:s1-512 searchedCompletely:b
GetQueryResultsResponse queryLanguage:#QueryLanguage results:[[ResultField]] statistics:QueryStatistics status:#QueryStatus encryptionKey:s-256
ResultField field:s value:s
QueryStatistics recordsMatched:n recordsScanned:n estimatedRecordsSkipped:n bytesScanned:n estimatedBytesSkipped:n logGroupsScanned:n
PutLogEventsResponse nextSequenceToken:s1- rejectedLogEventsInfo:RejectedLogEventsInfo rejectedEntityInfo:RejectedEntityInfo
RejectedLogEventsInfo tooNewLogEventStartIndex:n tooOldLogEventEndIndex:n expiredLogEventEndIndex:n
RejectedEntityInfo errorType!:#EntityRejectionErrorType
StartQueryResponse queryId:s1-256

#QueryLanguage CWLI|SQL|PPL
#QueryStatus Scheduled|Running|Complete|Failed|Cancelled|Timeout|Unknown
#EntityRejectionErrorType InvalidEntity|InvalidTypeValue|InvalidKeyAttributes|InvalidAttributes|EntitySizeTooLarge|UnsupportedLogGroupType|MissingRequiredFields
`;
