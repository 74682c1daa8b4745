#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// Automatic answers: absence, receipt, a question whether the sender is a person.
constexpr ProseRule kAnswersRules[] = {
    {subject, auto_reply, "", "rfc3834-04", "automatic reply"},
    {subject, auto_reply, "", "rfc3834-03", "auto reply"},
    {subject, auto_reply, "", "common",
     "autoreply|auto-reply|auto response|autoresponse|out of office|out of the office|"
     "on vacation|vacation reply|vacation message|auto:|autoreply:|autoresponder|"
     "auto-responder|auto responder|automated reply|automated response|automatic response|"
     "auto answer|automatic answer|out of town|ooo:|i am away|i'm away|i am out|i'm out|"
     "on holiday|on leave|maternity leave|annual leave|away until|vacation:|vacation notice|"
     "vacation auto|thank you for contacting|thanks for contacting|your request has been|"
     "your email has been received|your message has been received|we received your|"
     "received your message|received your email|received your request|"
     "confirmation of receipt|ticket created|new ticket|case created|ticket id|"
     "ticket received|your ticket|confirm your message|verification required|read:|"
     "not read:|gelesen:|lu :|leido:|letto:|re: [ticket"},
    {subject, auto_reply, "", "German Outlook", "abwesenheit|automatische antwort"},
    {subject, auto_reply, "", "French Outlook", "absence du bureau"},
    {subject, auto_reply, "", "Dutch Outlook", "automatisch antwoord"},
    {subject, auto_reply, "", "Spanish Outlook", "respuesta autom"},
    {subject, auto_reply, "", "Italian Outlook", "risposta automatica"},
    {subject, auto_reply, "", "field/u-out-of-office-polish", "autoodpowiedz"},
    {subject, auto_reply, "", "field/u-ticket-received",
     "we have received your|[ticket#|request received"},
    {subject, auto_reply, "", "German",
     "automatische ruckmeldung|automatische ruckantwort|autom. antwort|abwesend|"
     "nicht im buro|im urlaub|ausser haus|eingangsbestatigung|"
     "ihre nachricht ist eingegangen|empfangsbestatigung|lesebestatigung"},
    {subject, auto_reply, "", "French",
     "reponse automatique|reponse auto|message d'absence|absence :|absent du bureau|"
     "en vacances|en conge|accuse de reception|nous avons bien recu"},
    {subject, auto_reply, "", "Spanish",
     "respuesta automatica|fuera de la oficina|fuera de oficina|hemos recibido su|"
     "acuse de recibo|autorespuesta"},
    {subject, auto_reply, "", "Italian",
     "fuori ufficio|assenza|in ferie|fuori sede|abbiamo ricevuto|conferma di ricezione|"
     "risponditore automatico"},
    {subject, auto_reply, "", "Portuguese",
     "resposta automatica|ausencia temporaria|fora do escritorio|recebemos sua|"
     "recebemos a sua|confirmacao de recebimento"},
    {subject, auto_reply, "", "Dutch",
     "automatische reactie|afwezig|niet aanwezig|ontvangstbevestiging|wij hebben uw"},
    {subject, auto_reply, "", "Polish",
     "automatyczna odpowiedz|odpowiedz automatyczna|nieobecnosc|poza biurem|"
     "potwierdzenie otrzymania|otrzymalismy"},
    {subject, auto_reply, "", "Czech, Slovak, Hungarian, Romanian, Turkish",
     "automaticka odpoved|nepritomnost|mimo kancelar|automatikus valasz|szabadsag|"
     "raspuns automat|otomatik yanit|otomatik cevap|ofis disinda"},
    {subject, auto_reply, "", "Swedish, Danish, Norwegian, Finnish",
     "autosvar|automatiskt svar|automatisk svar|franvarande|fravar|fravaer|ikke til stede|"
     "ei paikalla|poissa|automaattinen vastaus|lomalla"},
    {subject, auto_reply, "", "Russian, Ukrainian",
     "автоответ|автоматический ответ|нет на месте|в отпуске|отсутствую|отсутствие|вне офиса|"
     "ваше обращение|ваш запрос|обращение получено|автоматична вiдповiдь|"
     "автоматична відповідь|у відпустці"},
    {subject, auto_reply, "", "Greek", "αυτοματη απαντηση|εκτος γραφειου"},
    {subject, auto_reply, "", "Chinese",
     "自动回复|自動回覆|自动答复|自動回應|自动应答|不在办公室|不在辦公室|休假|度假|已收到您|"
     "收到您的"},
    {subject, auto_reply, "", "Japanese", "自動返信|自動応答|自動回答|休暇|受け付け"},
    {subject, auto_reply, "", "Korean",
     "자동 응답|자동응답|자동 회신|자동회신|부재중|부재 중|휴가|접수되었습니다"},
    {subject, auto_reply, "", "Arabic, Hebrew, Vietnamese, Thai",
     "رد تلقائي|خارج المكتب|תגובה אוטומטית|מחוץ למשרד|tra loi tu dong|trả lời tự động|"
     "ตอบกลับอัตโนมัติ"},
    {body, auto_reply, "", "field/u-out-of-office-polish", "na urlopie|dziekuje za wiadomosc"},
    {body, auto_reply, "", "field/u-ticket-received",
     "thank you for writing|your request will be answered"},
    {body, auto_reply, "", "common",
     "out of the office|out of office|away from the office|away from my|i am away|i'm away|"
     "am currently away|currently out|on vacation|on holiday|on leave|on annual leave|"
     "on maternity|parental leave|will return on|returning on|until i return|when i return|"
     "upon my return|no access to|get back to you|respond to your|respond as soon|"
     "reply as soon|thank you for your message|thank you for your email|"
     "thank you for your mail|thank you for your e-mail|thank you for contacting|"
     "thanks for contacting|thank you for getting|thanks for your message|"
     "thanks for your email|thanks for your mail|thanks for getting|we have received your|"
     "we've received your|have received your|your request has been received|"
     "your email has been received|your message has been received|ticket number|"
     "ticket has been|case has been|automated response|automated reply|automatic reply|"
     "automatic response|auto-reply|autoreply|auto reply|automatically generated reply|"
     "this is an automated|this is an automatic|has been opened|in case of urgent|"
     "for urgent matters|urgent matters|if it is urgent|no longer monitored|isn't monitored|"
     "i have left|mailbox is not monitored|to confirm your message|confirm that you|"
     "prove you are|verify your address|to verify that you|awaits approval|"
     "awaiting moderator|was read|wurde gelesen"},
    {body, auto_reply, "", "German",
     "nicht im buro|nicht im haus|im urlaub|ausser haus|abwesend|nicht erreichbar bis|"
     "bin wieder|wieder erreichbar|wieder im buro|vielen dank fur ihre|danke fur ihre|"
     "danke fur deine|ihre nachricht erhalten|ihre anfrage erhalten|in dringenden fallen|"
     "so bald wie moglich|schnellstmoglich|automatisch generierte antwort|"
     "automatische antwort|e-mail wird nicht weitergeleitet|mutterschutz|elternzeit"},
    {body, auto_reply, "", "French",
     "en conge|en vacances|hors du bureau|suis absent|serai absent|absent du bureau|merci pour "
     "votre message|merci de votre message|"
     "merci de nous avoir|nous avons bien recu|votre demande a ete|"
     "dans les plus brefs delais|reponse automatique|en cas d'urgence"},
    {body, auto_reply, "", "Spanish",
     "fuera de la oficina|de vacaciones|estare ausente|gracias por su mensaje|"
     "gracias por contactar|gracias por escribir|hemos recibido su|recibimos su|"
     "a la brevedad|en caso de urgencia|respuesta automatica"},
    {body, auto_reply, "", "Italian",
     "fuori ufficio|in ferie|saro assente|sono assente|grazie per il|grazie per averci|"
     "abbiamo ricevuto|la sua richiesta|al piu presto|per urgenze|risposta automatica"},
    {body, auto_reply, "", "Portuguese",
     "fora do escritorio|de ferias|em ferias|estarei ausente|obrigado pela sua|"
     "obrigado por entrar|obrigado pelo|recebemos sua|recebemos a sua|resposta automatica|"
     "o mais breve"},
    {body, auto_reply, "", "Dutch",
     "niet aanwezig|op vakantie|afwezig|met vakantie|bedankt voor uw|dank voor uw|"
     "wij hebben uw|zo spoedig mogelijk|automatisch antwoord"},
    {body, auto_reply, "", "Polish",
     "jestem nieobecn|poza biurem|urlopie|dziekujemy za|otrzymalismy|w pilnych sprawach|"
     "wkrotce odpowiemy|automatyczna odpowiedz"},
    {body, auto_reply, "", "Czech, Slovak, Hungarian, Romanian, Turkish",
     "mimo kancelar|na dovolene|nepritomn|dekujeme za|koszonjuk|szabadsagon|in concediu|"
     "va multumim|izindeyim|tesekkur ederiz"},
    {body, auto_reply, "", "Swedish, Danish, Norwegian, Finnish",
     "pa semester|semester|franvarande|tack for ditt|pa ferie|tak for din|takk for din|"
     "kiitos viestistasi|lomalla|poissa"},
    {body, auto_reply, "", "Russian, Ukrainian",
     "в отпуске|отсутствую|вне офиса|нет на месте|спасибо за ваше|спасибо за обращение|"
     "благодарим за|ваше обращение|ваше письмо получено|мы получили|в ближайшее время|"
     "автоматический ответ|у відпустці|дякуємо за"},
    {body, auto_reply, "", "Greek", "εκτος γραφειου|σε αδεια|ευχαριστουμε για"},
    {body, auto_reply, "", "Chinese",
     "不在办公室|休假|出差|自动回复|感谢您的来信|感谢您的|已收到您的|会尽快|尽快回复|不在辦公室|"
     "自動回覆|感謝您的|儘快|您的邮件我已收到|来信已收到"},
    {body, auto_reply, "", "Japanese",
     "不在|休暇|お問い合わせありがとう|お問い合わせいただき|自動返信|自動的に|受け付けました|"
     "受付けました|出張|折り返し|メールを受信しました"},
    {body, auto_reply, "", "Korean",
     "부재중|휴가|자동 응답|자동으로 발송|문의해 주셔서|접수되었습니다|출장|답변 드리"},
    {body, auto_reply, "", "Arabic, Hebrew, Vietnamese",
     "خارج المكتب|رد تلقائي|מחוץ למשרד|cam on ban|cảm ơn"},
};

}  // namespace

std::span<const ProseRule> words_of_answers() { return kAnswersRules; }

}  // namespace waybill::relay::returnpath::report
