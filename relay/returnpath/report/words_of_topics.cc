#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// Who reports, and what the subject says of it.
constexpr ProseRule kTopicsRules[] = {
    {from, report, "", "lhost-qmail-03", "mailer-daemon"},
    {from, report, "", "lhost-opensmtpd-01", "mailer daemon"},
    {from, report, "", "lhost-domino-01", "postmaster"},
    {from, report, "", "lhost-apachejames-01", "post_master"},
    {from, report, "", "lhost-exim-01", "mail delivery system"},
    {from, report, "", "lhost-v5sendmail-01", "mail delivery subsystem"},
    {from, report, "", "lhost-x3-01", "mail.delivery.system"},
    {subject, topic, "", "lhost-gmail-01", "delivery status notification"},
    {subject, report, "", "lhost-domino-01", "delivery failure"},
    {subject, report, "", "lhost-x2-05", "failure delivery"},
    {subject, report, "", "lhost-qmail-03", "failure notice"},
    {subject, report, "", "lhost-mailru-01", "mail failure"},
    {subject, report, "", "lhost-exim-01", "delivery failed"},
    {subject, report, "", "lhost-mailfoundry-02", "delivery has failed"},
    {subject, report, "", "rfc3464-37", "mail failed"},
    {subject, report, "", "lhost-v5sendmail-05", "returned mail"},
    {subject, report, "", "lhost-postfix-07", "returned to sender"},
    {subject, report, "", "lhost-imailserver-02", "undeliver"},
    {subject, report, "", "common", "non delivery|non-delivery|delivery error|delivery problem"},
    {subject, report, "", "German Exchange", "unzustellbar"},
    {subject, report, "", "French Exchange", "non remis"},
    {subject, report, "", "lhost-trendmicro-02", "not be delivered"},
    {subject, report, "", "lhost-x1-04", "could not send mail"},
    {subject, report, "", "lhost-x6-01", "error sending your mail"},
    {subject, report, "", "not-bounce/rb-issue-368-bug", "bounce notification"},
    {subject, report, "", "lhost-fml-03", "loop alert"},
    {from, report, "", "field/r3-html-part-of-mixed", "system administrator"},
    {from, report, "", "common",
     "mail administrator|mail server|mailserver|mail router|mail gateway|maildelivery|"
     "mail delivery|delivery agent|delivery notification|mdaemon|mailerdaemon|mail daemon|"
     "mail-daemon|mail_daemon|internet mail service|message transfer agent|system attendant|"
     "microsoft exchange|microsoft outlook|exchange server|smtp gateway|smtp server|"
     "listserv|majordomo|groupwise"},
    {from, report, "", "German", "e-mail-system|mailzustell"},
    {subject, report, "", "field/r2-marked-auto-replied", "permanent delivery failure"},
    {subject, report, "", "RFC 3464 examples",
     "could not deliver|cannot deliver|can't deliver|unable to deliver|not delivered|"
     "failed delivery|message rejected|mail rejected|message refused|message failed|"
     "message undeliv|delivery rejected|mail error|delivery report (failure)|(failure)|"
     "failed to deliver|nondeliverable|not deliverable|returned to you|returned e-mail|"
     "mail returned|return to sender|bounced mail|bounced message|mail bounced|"
     "bounce message|unknown user|user unknown|user not found|no such user|user is unknown|"
     "invalid recipient|unknown recipient|recipient unknown|mailbox full|mailbox is full|"
     "quota exceeded|over quota|permanent fatal|problem delivering|problems delivering|"
     "error delivering|delivery notification: failed|delivery notification failed|"
     "message could not|email could not|has been rejected|transmission failure|"
     "message delivery failure"},
    {subject, report, "", "German",
     "nicht zustellbar|nicht zugestellt|zustellung fehlgeschlagen|zustellfehler|"
     "fehler beim zustellen|unzustellbare|rucksendung|zustellung nicht moglich"},
    {subject, report, "", "French",
     "non remise|echec de la remise|echec de remise|echec de livraison|echec d'envoi|"
     "echec de la distribution|non distribue|non delivre|non distribuable|"
     "avis de non-remise|n'a pas pu etre"},
    {subject, report, "", "Spanish",
     "no se puede entregar|no se pudo entregar|no entregado|no entregable|error de entrega|"
     "fallo de entrega|fallo en la entrega|fallo en el envio|mensaje rechazado|"
     "correo rechazado|no se ha podido entregar|imposible entregar"},
    {subject, report, "", "Italian",
     "mancata consegna|non recapitabile|non recapitato|impossibile consegnare|"
     "impossibile recapitare|errore di consegna|consegna fallita|non consegnato|"
     "avviso di mancata|messaggio respinto|mancato recapito"},
    {subject, report, "", "Portuguese",
     "nao entregue|nao foi entregue|falha na entrega|falha de entrega|erro de entrega|"
     "nao pode ser entregue|impossivel entregar|nao e possivel entregar|mensagem devolvida|"
     "mensagem rejeitada|falha no envio"},
    {subject, report, "", "Dutch",
     "niet bezorgd|onbestelbaar|niet afgeleverd|kan niet worden bezorgd|bezorging mislukt|"
     "niet bestelbaar|onbestelbare|aflevering mislukt"},
    {subject, report, "", "Polish",
     "niedostarcz|nie dostarczono|nie mozna dostarczyc|nieudane dostarczenie|"
     "nie zostala dostarczona|nie moze zostac dostarczon|niedoreczon"},
    {subject, report, "", "Czech", "nedoruc|nelze dorucit|nepodarilo se dorucit"},
    {subject, report, "", "Swedish, Danish, Norwegian, Finnish",
     "kunde inte levereras|kan ikke leveres|ikke levert|ikke leveret|ej levererat|"
     "inte levererat|ei voitu toimittaa|toimittaminen epaonnistui|obestallbar"},
    {subject, report, "", "Hungarian, Romanian, Turkish",
     "kezbesithetetlen|sikertelen kezbesites|nu a putut fi|nelivrat|iletilemedi|"
     "teslim edilemedi|gonderilemedi"},
    {subject, report, "", "Russian",
     "недоставлен|не доставлен|не может быть доставлен|не удалось доставить|ошибка доставки|"
     "сбой доставки|невозможно доставить|не удается доставить|недоставка|возврат почты|"
     "недоставленное|не отправлен"},
    {subject, report, "", "Ukrainian, Bulgarian, Serbian",
     "не вдалося доставити|недоставлено|не е доставен|неуспешна доставка"},
    {subject, report, "", "Greek", "δεν παραδοθηκε|αποτυχια παραδοσης|μη παραδοτεο"},
    {subject, report, "", "field/r7-chinese-8bit", "邮件无法投递"},
    {subject, report, "", "Chinese",
     "无法投递|无法送达|投递失败|退信|发送失败|无法传递|未送达|传递失败|被退回|系统退信|无法送信|"
     "無法投遞|無法傳遞|無法送達|退信通知|傳送失敗|投遞失敗|未傳遞"},
    {subject, report, "", "Japanese",
     "配信不能|配送不能|送信できません|送信できなかった|届けられません|届きません|配信できません|"
     "配信エラー|送信エラー|配信失敗|送信失敗|不達|エラーメール|未配信"},
    {subject, report, "", "Korean",
     "배달되지|배달 실패|전송 실패|전송할 수 없|배달할 수 없|발송 실패|전달 실패|전송되지"},
    {subject, report, "", "Hebrew, Arabic, Thai, Vietnamese",
     "לא ניתן למסור|לא נמסרה|تعذر تسليم|فشل التسليم|ส่งไม่ถึง|không gửi được|khong gui duoc"},
    {subject, topic, "", "Postfix, Exchange, Sun",
     "delivery report|delivery notification|delivery status|nondelivery report|"
     "mail delivery report|mail-delivery|delivery information|postmaster notify|"
     "see transcript|mail delivery subsystem|mail system notification|automatic bounce"},
    {subject, topic, "", "German",
     "zustellbericht|zustellungsbericht|ubermittlungsstatus|zustellstatus|"
     "benachrichtigung zum ubermittlungsstatus"},
    {subject, topic, "", "French, Spanish, Italian, Portuguese",
     "rapport de remise|etat de remise|notification d'etat|notificacion de estado|"
     "estado de entrega|notifica sullo stato|stato del recapito|notificacao do status|"
     "status de entrega|rapporto di consegna"},
    {subject, topic, "", "Dutch, Polish, Russian, Japanese, Chinese, Korean",
     "statusmelding|bezorgstatus|bezorgingsrapport|powiadomienie o stanie|stan doreczenia|"
     "уведомление о состоянии доставки|отчет о "
     "доставке|配信状況|配信状態|配信レポート|传递状态|投递状态|傳遞狀態|"
     "投递报告|배달 상태"},
    {subject, delivered, "", "Postfix",
     "successful mail delivery report|(success)|delivery report (success)|"
     "successful delivery"},
};

}  // namespace

std::span<const ProseRule> words_of_topics() { return kTopicsRules; }

}  // namespace waybill::relay::returnpath::report
