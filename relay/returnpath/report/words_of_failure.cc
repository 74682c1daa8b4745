#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// That mail came back, or arrived.
constexpr ProseRule kFailureRules[] = {
    {body, report, "", "lhost-exim-01", "not be delivered"},
    {body, report, "", "lhost-x2-04", "cannot be delivered"},
    {body, report, "", "lhost-dragonfly-29", "could not deliver"},
    {body, report, "", "common",
     "couldn't deliver|undelivered mail|could not be delivered|failed to deliver|"
     "failed delivery|delivery failure|delivery error|delivery attempt failed|"
     "delivery to the following|unable to be delivered|was not delivered|"
     "has not been delivered|mail was returned|is being returned|returned undelivered|"
     "was bounced|bounced back|message bounced|email bounced|error in delivering|"
     "problem delivering|problems delivering|problem with delivery|message refused|"
     "message rejected|mail rejected|can't deliver|did not reach|nondelivery|non-delivery|"
     "delivery impossible|been returned to sender"},
    {body, report, "", "rhost-gsuite-01", "couldn't be delivered|wasn't delivered"},
    {body, report, "", "lhost-domino-01", "not delivered"},
    {body, report, "", "lhost-x2-01", "unable to deliver"},
    {body, report, "", "lhost-qmail-03", "able to deliver your message"},
    {body, report, "", "lhost-x6-01", "trouble delivering"},
    {body, report, "", "lhost-gmail-01", "delivery to the following recipient"},
    {body, report, "", "lhost-dragonfly-03", "error delivering your mail"},
    {body, report, "", "lhost-amazonworkmail-01", "to deliver the mail to"},
    {body, report, "", "lhost-opensmtpd-01", "attempting to deliver a message"},
    {body, report, "", "lhost-exchange2003-02", "did not reach the following recipient"},
    {body, report, "", "lhost-ezweb-01", "rejected by a remote mail server"},
    {body, report, "", "not-bounce/rb-issue-368-bug", "you sent was rejected"},
    {body, report, "", "lhost-sendmail-54", "had permanent fatal errors"},
    {body, report, "", "lhost-x1-01", "addresses had delivery"},
    {body, report, "", "lhost-x5-01", "had permanent delivery errors"},
    {body, report, "", "lhost-v5sendmail-01", "transcript of session follows"},
    {body, report, "", "rfc3464-37", "failed addresses"},
    {body, report, "", "lhost-notes-01", "failure reasons"},
    {body, report, "", "lhost-imailserver-04", "delivery failed"},
    {body, report, "", "Exchange",
     "delivery has failed|delivery to these recipients|delivery to the following recipients|"
     "could not be reached|couldn't be reached|didn't reach|wasn't able to deliver|"
     "isn't able to deliver|rejected your message|can't be delivered|can not be delivered|"
     "cannot deliver|could not be sent|couldn't be sent"},
    {body, report, "", "lhost-imailserver-06", "undeliverable to"},
    {body, report, "", "lhost-opensmtpd-04", "is delayed for more than"},
    {body, report, "", "field/r2-marked-auto-replied", "did not receive a copy of your message"},
    {body, report, "", "field/r4-local-mailbox-is", "message was not accepted"},
    {body, report, "", "field/r4-originally-addressed-to", "encountered delivery problems"},
    {body, report, "", "field/r4-undeliverable-address", "undeliverable address"},
    {body, report, "", "field/r4-invalid-userid", "invalid final delivery userid"},
    {body, report, "", "Exim", "message delivery failed|was not able to deliver"},
    {body, report, "", "Sendmail", "fatal errors|undeliverable"},
    {body, report, "", "German",
     "nicht zugestellt werden|konnte nicht zugestellt|nicht zustellbar|unzustellbar|"
     "nicht ausgeliefert|konnte nicht ausgeliefert|zustellung ist fehlgeschlagen|"
     "zustellung fehlgeschlagen|konnte nicht gesendet|konnte nicht ubermittelt|"
     "wurde zuruckgewiesen|annahme verweigert|nicht zustellen"},
    {body, report, "", "French",
     "n'a pas pu etre remis|n'a pas pu etre delivre|n'a pas pu etre distribue|"
     "ne peut pas etre remis|impossible de remettre|impossible d'envoyer|"
     "impossible de delivrer|echec de la remise|echec de la livraison|la remise a echoue|"
     "n'a pas ete remis|n'a pas ete delivre|non remis|pas pu etre envoye|"
     "pas pu etre transmis"},
    {body, report, "", "Spanish",
     "no se pudo entregar|no pudo ser entregado|no se puede entregar|"
     "no ha podido ser entregado|no se ha podido entregar|no fue entregado|"
     "no ha sido entregado|no puede ser entregado|error al entregar|no se entrego|"
     "imposible entregar|no pudo entregarse|fallo la entrega|no pudo ser enviado|"
     "no se ha entregado"},
    {body, report, "", "Italian",
     "non e stato possibile consegnare|non e stato consegnato|non puo essere consegnato|"
     "non e stato recapitato|impossibile consegnare|impossibile recapitare|"
     "non e stato possibile recapitare|consegna non riuscita|non consegnato|non recapitat"},
    {body, report, "", "Portuguese",
     "nao pode ser entregue|nao foi entregue|nao foi possivel entregar|nao pude entregar|"
     "falha na entrega|nao conseguiu entregar|impossivel entregar|nao sera entregue|"
     "nao puderam ser entregues"},
    {body, report, "", "Dutch",
     "niet worden bezorgd|niet worden afgeleverd|niet bezorgd|niet afgeleverd|onbestelbaar"},
    {body, report, "", "Polish",
     "nie mogla zostac dostarczona|nie zostala dostarczona|nie mozna bylo dostarczyc|"
     "nie mozna dostarczyc|nie udalo sie dostarczyc|nie dostarczono|zostala odrzucona|"
     "nie moze byc dostarczona|niedostarcz"},
    {body, report, "", "Czech, Slovak",
     "nelze dorucit|nebyla dorucena|nemohla byt dorucena|nepodarilo se dorucit|"
     "nebolo mozne dorucit|nepodarilo sa dorucit"},
    {body, report, "", "Swedish, Danish, Norwegian, Finnish",
     "kunde inte levereras|kunde inte leverera|kunne ikke leveres|kunne ikke levere|"
     "ble ikke levert|blev ikke leveret|kan inte levereras|ei voitu toimittaa|ei toimitettu"},
    {body, report, "", "Hungarian, Romanian, Turkish",
     "nem lehetett kezbesiteni|nem kezbesitheto|nem sikerult kezbesiteni|"
     "nu a putut fi livrat|nu a fost livrat|teslim edilemedi|iletilemedi|gonderilemedi"},
    {body, report, "", "Russian",
     "не может быть доставлено|не удалось доставить|не было доставлено|не доставлено|"
     "не могло быть доставлено|не была доставлена|не может быть отправлено|"
     "не удалось отправить|невозможно доставить|не доставлен|не смог доставить|"
     "не смогли доставить"},
    {body, report, "", "Ukrainian, Bulgarian",
     "не вдалося доставити|не було доставлено|не беше доставено|не може да бъде доставено"},
    {body, report, "", "Greek",
     "δεν ηταν δυνατη η παραδοση|δεν παραδοθηκε|δεν μπορεσε να παραδοθει"},
    {body, report, "", "field/r7-chinese-8bit", "邮件无法投递"},
    {body, report, "", "Chinese",
     "无法投递|无法送达|未能送达|未能投递|投递失败|发送失败|无法传递|被退回|退信|不能投递|不能送达|"
     "被拒绝|被拒收|没有送达|无法发送|無法投遞|無法傳遞|無法送達|"
     "未能送達|傳送失敗|投遞失敗|無法寄達|無法寄送|無法遞送"},
    {body, report, "", "Japanese",
     "配信できません|配信できなかった|配送できません|配送できなかった|送信できません|"
     "送信できなかった|送信できませんでした|届けることができません|お届けできません|"
     "届けられません|届きませんでした|配信に失敗|送信に失敗|配送に失敗|配信不能|拒否されました|"
     "受け取れません"},
    {body, report, "", "Korean",
     "배달되지 못|배달할 수 없|배달되지 않|전송되지 않|전송할 수 없|전송에 실패|전달할 수 "
     "없|전달되지|발송되지|보낼 수 없"},
    {body, report, "", "Vietnamese, Thai, Arabic, Hebrew",
     "khong the gui|không thể gửi|không gửi được|ไม่สามารถส่ง|تعذر تسليم|لم يتم تسليم|"
     "לא ניתן היה למסור|לא נמסרה"},
    {body, delivered, "", "RFC 3464 2.3.3",
     "successfully delivered|was successfully relayed|has been successfully delivered|"
     "was delivered to the following|has been delivered to the following|"
     "was delivered to the recipient|your message has been delivered|delivered successfully|"
     "successful delivery|erfolgreich zugestellt|a ete remis aux destinataires|"
     "se entrego correctamente|se ha entregado correctamente|consegnato correttamente|"
     "entregue com exito|entregue com sucesso|успешно доставлен|已成功投递|已成功送达|正常に配信"},
};

}  // namespace

std::span<const ProseRule> words_of_failure() { return kFailureRules; }

}  // namespace waybill::relay::returnpath::report
