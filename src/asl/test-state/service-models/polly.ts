/**
 * Responses of polly, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
DescribeVoices DescribeVoicesOutput
GetLexicon GetLexiconOutput
GetSpeechSynthesisTask GetSpeechSynthesisTaskOutput
ListLexicons ListLexiconsOutput
ListSpeechSynthesisTasks ListSpeechSynthesisTasksOutput
StartSpeechSynthesisTask StartSpeechSynthesisTaskOutput
SynthesizeSpeech SynthesizeSpeechOutput

DescribeVoicesOutput Voices:[Voice] NextToken:s0-4096
Voice Gender:#Gender Id:#VoiceId LanguageCode:#LanguageCode LanguageName:s Name:s AdditionalLanguageCodes:[#LanguageCode] SupportedEngines:[#Engine]
GetLexiconOutput Lexicon:Lexicon LexiconAttributes:LexiconAttributes
Lexicon Content:s Name:s
LexiconAttributes Alphabet:s LanguageCode:#LanguageCode LastModified:s LexiconArn:s LexemesCount:n Size:n
GetSpeechSynthesisTaskOutput SynthesisTask:SynthesisTask
SynthesisTask Engine:#Engine TaskId:s TaskStatus:#TaskStatus TaskStatusReason:s OutputUri:s CreationTime:s RequestCharacters:n SnsTopicArn:s LexiconNames:[s] OutputFormat:#OutputFormat SampleRate:s SpeechMarkTypes:[#SpeechMarkType] TextType:#TextType VoiceId:#VoiceId LanguageCode:#LanguageCode
ListLexiconsOutput Lexicons:[LexiconDescription] NextToken:s0-4096
LexiconDescription Name:s Attributes:LexiconAttributes
ListSpeechSynthesisTasksOutput NextToken:s0-4096 SynthesisTasks:[SynthesisTask]
StartSpeechSynthesisTaskOutput SynthesisTask:SynthesisTask
SynthesizeSpeechOutput AudioStream:s ContentType:s RequestCharacters:n

#Gender Female|Male
#VoiceId Aditi|Amy|Astrid|Bianca|Brian|Camila|Carla|Carmen|Celine|Chantal|Conchita|Cristiano|Dora|Emma|Enrique|Ewa|Filiz|Gabrielle|Geraint|Giorgio|Gwyneth|Hans|Ines|Ivy|Jacek|Jan|Joanna|Joey|Justin|Karl|Kendra|Kevin|Kimberly|Lea|Liv|Lotte|Lucia|Lupe|Mads|Maja|Marlene|Mathieu|Matthew|Maxim|Mia|Miguel|Mizuki|Naja|Nicole|Olivia|Penelope|Raveena|Ricardo|Ruben|Russell|Salli|Seoyeon|Takumi|Tatyana|Vicki|Vitoria|Zeina|Zhiyu|Aria|Ayanda|Arlet|Hannah|Arthur|Daniel|Liam|Pedro|Kajal|Hiujin|Laura|Elin|Ida|Suvi|Ola|Hala|Andres|Sergio|Remi|Adriano|Thiago|Ruth|Stephen|Kazuha|Tomoko|Niamh|Sofie|Lisa|Isabelle|Zayd|Danielle|Gregory|Burcu|Jitka|Sabrina|Jasmine|Jihye
#LanguageCode arb|cmn-CN|cy-GB|da-DK|de-DE|en-AU|en-GB|en-GB-WLS|en-IN|en-US|es-ES|es-MX|es-US|fr-CA|fr-FR|is-IS|it-IT|ja-JP|hi-IN|ko-KR|nb-NO|nl-NL|pl-PL|pt-BR|pt-PT|ro-RO|ru-RU|sv-SE|tr-TR|en-NZ|en-ZA|ca-ES|de-AT|yue-CN|ar-AE|fi-FI|en-IE|nl-BE|fr-BE|cs-CZ|de-CH|en-SG
#Engine standard|neural|long-form|generative
#TaskStatus scheduled|inProgress|completed|failed
#OutputFormat json|mp3|ogg_opus|ogg_vorbis|pcm
#SpeechMarkType sentence|ssml|viseme|word
#TextType ssml|text
`;
