/**
 * Responses of rekognition, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CompareFaces CompareFacesResponse
DetectFaces DetectFacesResponse
DetectLabels DetectLabelsResponse
DetectModerationLabels DetectModerationLabelsResponse
DetectText DetectTextResponse

CompareFacesResponse SourceImageFace:ComparedSourceImageFace FaceMatches:[CompareFacesMatch] UnmatchedFaces:[ComparedFace] SourceImageOrientationCorrection:#OrientationCorrection TargetImageOrientationCorrection:#OrientationCorrection
ComparedSourceImageFace BoundingBox:BoundingBox Confidence:n0~100
BoundingBox Width:n Height:n Left:n Top:n
CompareFacesMatch Similarity:n0~100 Face:ComparedFace
ComparedFace BoundingBox:BoundingBox Confidence:n0~100 Landmarks:[Landmark] Pose:Pose Quality:ImageQuality Emotions:[Emotion] Smile:Smile
Landmark Type:#LandmarkType X:n Y:n
Pose Roll:n-180~180 Yaw:n-180~180 Pitch:n-180~180
ImageQuality Brightness:n Sharpness:n
Emotion Type:#EmotionName Confidence:n0~100
Smile Value:b Confidence:n0~100
DetectFacesResponse FaceDetails:[FaceDetail] OrientationCorrection:#OrientationCorrection
FaceDetail BoundingBox:BoundingBox AgeRange:AgeRange Smile:Smile Eyeglasses:Eyeglasses Sunglasses:Sunglasses Gender:Gender Beard:Beard Mustache:Mustache EyesOpen:EyeOpen MouthOpen:MouthOpen Emotions:[Emotion] Landmarks:[Landmark] Pose:Pose Quality:ImageQuality Confidence:n0~100 FaceOccluded:FaceOccluded EyeDirection:EyeDirection
AgeRange Low:n0~ High:n0~
Eyeglasses Value:b Confidence:n0~100
Sunglasses Value:b Confidence:n0~100
Gender Value:#GenderType Confidence:n0~100
Beard Value:b Confidence:n0~100
Mustache Value:b Confidence:n0~100
EyeOpen Value:b Confidence:n0~100
MouthOpen Value:b Confidence:n0~100
FaceOccluded Value:b Confidence:n0~100
EyeDirection Yaw:n-180~180 Pitch:n-180~180 Confidence:n0~100
DetectLabelsResponse Labels:[Label] OrientationCorrection:#OrientationCorrection LabelModelVersion:s ImageProperties:DetectLabelsImageProperties
Label Name:s Confidence:n0~100 Instances:[Instance] Parents:[Parent] Aliases:[LabelAlias] Categories:[LabelCategory]
Instance BoundingBox:BoundingBox Confidence:n0~100 DominantColors:[DominantColor]
DominantColor Red:n0~ Blue:n0~ Green:n0~ HexCode:s CSSColor:s SimplifiedColor:s PixelPercent:n0~100
Parent Name:s
LabelAlias Name:s
LabelCategory Name:s
DetectLabelsImageProperties Quality:DetectLabelsImageQuality DominantColors:[DominantColor] Foreground:DetectLabelsImageForeground Background:DetectLabelsImageBackground
DetectLabelsImageQuality Brightness:n Sharpness:n Contrast:n
DetectLabelsImageForeground Quality:DetectLabelsImageQuality DominantColors:[DominantColor]
DetectLabelsImageBackground Quality:DetectLabelsImageQuality DominantColors:[DominantColor]
DetectModerationLabelsResponse ModerationLabels:[ModerationLabel] ModerationModelVersion:s HumanLoopActivationOutput:HumanLoopActivationOutput ProjectVersion:s20-2048 ContentTypes:[ContentType]
ModerationLabel Confidence:n0~100 Name:s ParentName:s TaxonomyLevel:n0~
HumanLoopActivationOutput HumanLoopArn:s-256 HumanLoopActivationReasons:[s] HumanLoopActivationConditionsEvaluationResults:s-10240
ContentType Confidence:n0~100 Name:s
DetectTextResponse TextDetections:[TextDetection] TextModelVersion:s
TextDetection DetectedText:s Type:#TextTypes Id:n0~ ParentId:n0~ Confidence:n0~100 Geometry:Geometry
Geometry BoundingBox:BoundingBox Polygon:[Point]
Point X:n Y:n

#LandmarkType eyeLeft|eyeRight|nose|mouthLeft|mouthRight|leftEyeBrowLeft|leftEyeBrowRight|leftEyeBrowUp|rightEyeBrowLeft|rightEyeBrowRight|rightEyeBrowUp|leftEyeLeft|leftEyeRight|leftEyeUp|leftEyeDown|rightEyeLeft|rightEyeRight|rightEyeUp|rightEyeDown|noseLeft|noseRight|mouthUp|mouthDown|leftPupil|rightPupil|upperJawlineLeft|midJawlineLeft|chinBottom|midJawlineRight|upperJawlineRight
#EmotionName HAPPY|SAD|ANGRY|CONFUSED|DISGUSTED|SURPRISED|CALM|UNKNOWN|FEAR
#OrientationCorrection ROTATE_0|ROTATE_90|ROTATE_180|ROTATE_270
#GenderType Male|Female
#TextTypes LINE|WORD
`;
