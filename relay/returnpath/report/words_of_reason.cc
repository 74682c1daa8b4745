#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// Why, the surer first: one text may give several.
constexpr ProseRule kReasonRules[] = {
    {body, reason, "5.2.2", "lhost-kddi-02", "mailbox is full"},
    {body, reason, "5.2.2", "lhost-gmx-01", "mailbox full"},
    {body, reason, "5.2.2", "lhost-x2-04", "over quota"},
    {body, reason, "5.2.2", "lhost-gmail-19", "quota exceeded"},
    {body, reason, "5.2.2", "lhost-imailserver-02", "exceeds allowed size"},
    {body, reason, "5.2.2", "common",
     "quota exceed|exceeded quota|mailbox is over|mailbox has exceeded|mailbox exceeded|"
     "mailbox size|mailbox limit|mailbox quota|storage quota|storage limit|quota limit|"
     "quota violation|quota full|quota is full|exceeding quota|exceeds quota|"
     "quota of this user|quota of the user|quota for this user|user's quota|"
     "exceed the quota|exceeded its quota|exceeded the quota|exceeded their quota|"
     "exceeded his|beyond quota|above quota|exceeded storage|exceeded the storage|"
     "exceeded mailbox|insufficient storage|insufficient disk|insufficient space|"
     "not enough disk|no space left|disk full|inbox is full|inbox full|full mailbox|"
     "mailbox too large|mail box full|mail box is full|account full|account is full|"
     "full inbox|too many messages|over its limit|over limit|overquota|over the limit|"
     "user is over|receiving mail too|has no space|maximum allowed space|"
     "mailbox temporarily full|out of space|storage space"},
    {body, reason, "5.2.2", "rhost-google-05", "out of storage space"},
    {body, reason, "5.1.1", "lhost-x1-01", "user unknown"},
    {body, reason, "5.1.1", "lhost-amazonses-02", "unknown user"},
    {body, reason, "5.1.1", "lhost-exchange2003-02", "unknown recipient|name is not recognized"},
    {body, reason, "5.1.1", "lhost-apachejames-01", "no such user|invalid user"},
    {body, reason, "5.1.1", "common",
     "no such recipient|no such mailbox|no such account|no such address|no such person|"
     "no such local user|no such email|no longer exist|not a known|not a local|"
     "not have an account|doesn't have an|isn't in the|nonexistent|non-existent|"
     "unknown email|unknown address|unknown account|unknown mailbox|unknown recip|"
     "unknown local|unknown alias|address unknown|account unknown|recipient unknown|"
     "mailbox unknown|invalid account|invalid local|bad address|bad destination|"
     "bad recipient|address invalid|recipient invalid|recipient address rejected|"
     "recipient rejected|user rejected|illegal user|illegal alias|illegal recipient|"
     "undeliverable address|unable to find|unable to identify|could not find|cannot find|"
     "can't find|couldn't find|couldn't be found|wasn't found|addressee unknown|"
     "addressee not|not in directory|bad user|recipnotfound|resolver.adr|not recognized|"
     "not recognised|mailbox not avail|mailbox not exist|mailbox does not|recipient not|"
     "not found|not exist|doesn't exist|not valid|not a valid|no longer valid|isn't valid|"
     "no user|no mailbox|no account|is unknown|not known|no valid recipient|"
     "verify the address|check the recipient|check the address"},
    {body, reason, "5.1.1", "qmail", "no mailbox here by that name"},
    {body, reason, "5.1.1", "Exim", "unknown local part"},
    {body, reason, "5.1.1", "lhost-exim-05", "unknown or illegal"},
    {body, reason, "5.1.1", "lhost-postfix-76", "user not found"},
    {body, reason, "5.1.1", "lhost-mcafee-05", "user not exist"},
    {body, reason, "5.1.1", "lhost-v5sendmail-05", "mailbox not found"},
    {body, reason, "5.1.1", "lhost-zoho-03", "mailbox unavailable"},
    {body, reason, "5.1.1", "lhost-bigfoot-02", "invalid recipient"},
    {body, reason, "5.1.1", "lhost-zoho-02", "invalid address"},
    {body, reason, "5.1.1", "rhost-gsuite-01", "address not found"},
    {body, reason, "5.1.1", "lhost-domino-01", "not listed in"},
    {body, reason, "5.1.1", "lhost-x2-01", "user doesn't have a"},
    {body, reason, "5.1.1", "lhost-trendmicro-02", "check if address is correct"},
    {body, reason, "5.2.1", "lhost-qmail-10", "account is locked"},
    {body, reason, "5.2.1", "lhost-ezweb-02", "account is disabled"},
    {body, reason, "5.2.1", "lhost-powermta-01", "mailbox disabled"},
    {body, reason, "5.2.1", "rhost-google-07", "account that you tried to reach is"},
    {body, reason, "5.1.2", "lhost-v5sendmail-05", "host unknown"},
    {body, reason, "5.1.2", "rfc3464-37", "unknown host"},
    {body, reason, "5.1.2", "lhost-postfix-34", "host not found"},
    {body, reason, "5.1.2", "lhost-opensmtpd-03", "domain does not exist"},
    {body, reason, "5.1.2", "lhost-dragonfly-04", "dns lookup failure"},
    {body, reason, "5.1.2", "lhost-mailru-06", "unrouteable address"},
    {body, reason, "5.1.2", "common",
     "unroutable address|no such domain|domain not found|domain name does not|"
     "domain doesn't exist|domain was not found|domain could not be found|"
     "domain is not found|non-existent domain|nonexistent domain|non-existent host|"
     "unknown domain|domain unknown|invalid domain|bad destination mailbox domain|"
     "bad domain|no mail exchanger|no valid mx|could not find any mx|couldn't find any mx|"
     "host or domain name not found|hostname lookup|name server failure|nxdomain|"
     "no such host|illegal host|host name lookup|cannot resolve|can't resolve|"
     "could not resolve|couldn't resolve|unresolvable|host does not exist|unable to resolve|"
     "dns error|dns failure|dns lookup|couldn't find host|could not find host|no dns|"
     "server not found|not find an mx|all relevant mx records"},
    {body, reason, "5.1.2", "qmail", "couldn't find any host"},
    {body, reason, "5.1.2", "Gmail", "domain name not found"},
    {body, reason, "5.1.10", "lhost-mailru-05", "indicated no smtp service"},
    {body, reason, "5.3.4", "lhost-einsundeins-02", "size limit exceeded"},
    {body, reason, "5.3.4", "common",
     "message too large|message is too big|message too big|exceeds maximum|"
     "maximum message size|maximum size|size limit|message length exceeds|exceeds size|"
     "exceeds the maximum|exceeds fixed|larger than|zu gross|trop volumineux|trop gros|"
     "demasiado grande|troppo grande|muito grande|te groot|za duza|zbyt duz|слишком больш|"
     "превышает|过大|太大|サイズが|大きすぎ|크기가|too large|too big|exceeds limit"},
    {body, reason, "5.3.4", "lhost-sendmail-05", "message size exceeds"},
    {body, reason, "5.7.1", "lhost-sendmail-07", "relay access denied"},
    {body, reason, "5.4.6", "lhost-fml-03", "duplicated message-id"},
    {body, reason, "5.4.6", "lhost-sendmail-20", "too many hops"},
    {body, reason, "5.7.1", "lhost-googlegroups-02", "may not have permission"},
    {body, reason, "5.7.1", "lhost-imailserver-06", "blacklisted"},
    {body, reason, "4.4.1", "lhost-x1-04", "connection timed out"},
    {body, reason, "4.4.1", "lhost-sendmail-54", "connection refused"},
    {body, reason, "4.4.2", "lhost-v5sendmail-05", "connection reset"},
    {body, reason, "4.4.2", "lhost-postfix-56", "lost connection"},
    {body, reason, "4.4.1", "common",
     "no route to host|connect timed out|no answer|not answer|did not respond|"
     "not responding|no response|host down|unreachable|not reachable|could not connect|"
     "couldn't connect|cannot connect|can't connect|unable to connect|failed to connect|"
     "connection failed|connection to mail exchanger failed|connection attempt failed|"
     "connection error|network problem|network unreachable|network is unreachable|"
     "host unreachable|server is not|server unavailable|connection dropped|connection died|"
     "closed connection|connection lost|broken pipe|service unavailable|"
     "service not available|greylist|too many connections|system resources|too busy|"
     "rate limit|resources unavailable|timed out|timeout|time out|temporarily|unavailable|"
     "connection closed|try again later|try later|is down"},
    {body, reason, "4.4.3", "rhost-aol-06", "name service error"},
    {body, reason, "4.4.1", "lhost-gmail-10", "not accept our requests to connect"},
    {body, reason, "4.4.1", "lhost-opensmtpd-04", "network error"},
    {body, reason, "5.2.2", "field/r8-enough-space", "enough space|not enough storage"},
    {body, reason, "5.2.2", "field/r8-quota-usage", "quota usage"},
    {body, reason, "5.2.2", "field/r4-undeliverable-address", "disk quota"},
    {body, reason, "5.2.2", "field/r4-full-colon", "user's mailbox is full"},
    {body, reason, "5.2.2", "German",
     "postfach voll|postfach ist voll|postfach des empfangers ist voll|postfach uberfullt|"
     "mailbox ist voll|mailbox voll|speicherkontingent|briefkasten voll|uberfullt"},
    {body, reason, "5.2.2", "French",
     "boite pleine|boite est pleine|boite aux lettres est pleine|boite de reception pleine|"
     "quota depasse|depasse son quota|boite aux lettres pleine|"
     "boite du destinataire est pleine|boite aux lettres du destinataire est pleine|"
     "boite aux lettres de votre correspondant est pleine|messagerie est pleine|espace "
     "insuffisant|a atteint sa limite"},
    {body, reason, "5.2.2", "Spanish",
     "buzon lleno|buzon esta lleno|buzon del destinatario esta lleno|cuota excedida|"
     "excedido su cuota|excede la cuota|sin espacio|espacio insuficiente|supero su cuota|"
     "casilla llena|bandeja llena|superado su cuota|superado la cuota"},
    {body, reason, "5.2.2", "Italian",
     "casella piena|casella e piena|casella di posta piena|casella postale piena|"
     "spazio esaurito|quota superata|spazio insufficiente|superato la quota|"
     "casella del destinatario e piena"},
    {body, reason, "5.2.2", "Portuguese",
     "caixa cheia|caixa postal cheia|caixa de correio cheia|caixa de entrada cheia|"
     "esta cheia|cota excedida|quota excedida|excedeu a cota|sem espaco"},
    {body, reason, "5.2.2", "Dutch, Polish, Czech, Nordic",
     "postvak vol|postvak is vol|mailbox is vol|mailbox vol|skrzynka pelna|"
     "skrzynka jest pelna|przepelnion|jest pelna|przekroczono limit|przekroczony limit|"
     "schranka je plna|prekrocen|brevladan ar full|inkorgen ar full|postkassen er full|"
     "postkassen er fuld|indbakken er fuld|postilaatikko on taynna"},
    {body, reason, "5.2.2", "Russian",
     "ящик переполнен|переполнен|превышена квота|превысил квоту|недостаточно места|"
     "нет места|переповнен"},
    {body, reason, "5.2.2", "Chinese",
     "邮箱已满|邮箱空间|邮箱满|信箱已满|空间不足|容量已满|容量不足|超出配额|超过配额|配额|信箱已滿|"
     "郵箱已滿|空間不足|超出容量|超過容量"},
    {body, reason, "5.2.2", "Japanese",
     "メールボックスがいっぱい|メールボックスが一杯|ボックスがいっぱい|容量を超|容量制限|クォータ|"
     "保存容量|満杯"},
    {body, reason, "5.2.2", "Korean",
     "용량 초과|용량을 초과|메일함이 가득|편지함이 가득|용량이 부족|할당량"},
    {body, reason, "5.1.2", "field/r8-unrouteable-domain",
     "unrouteable mail domain|unrouteable domain|unroutable mail domain|unroutable domain"},
    {body, reason, "5.1.2", "German, French, Spanish, Italian",
     "domain existiert nicht|unbekannte domain|domane wurde nicht gefunden|"
     "domain nicht gefunden|domaine inconnu|domaine n'existe pas|domaine introuvable|"
     "dominio no existe|dominio desconocido|dominio inexistente|dominio inesistente|"
     "dominio non esiste|dominio nao existe|dominio nao encontrado"},
    {body, reason, "5.1.2", "Polish, Russian, Chinese, Japanese",
     "domena nie istnieje|nieznana domena|домен не существует|домен не "
     "найден|域名不存在|找不到域名|"
     "域名错误|网域不存在|網域不存在|ドメインが存在しない|ドメインが見つかり|"
     "ドメインが存在しません"},
    {body, reason, "5.1.1", "field/r3-html-part-of-mixed", "recipient name is not recognized"},
    {body, reason, "5.1.1", "field/r4-local-mailbox-is",
     "invalid mailbox|is unavailable: user not found"},
    {body, reason, "5.1.1", "field/r4-originally-addressed-to", "user not known"},
    {body, reason, "5.1.1", "field/r4-invalid-userid",
     "invalid final delivery userid|invalid userid"},
    {body, reason, "5.1.1", "German",
     "unbekannter empfanger|empfanger unbekannt|empfanger nicht gefunden|"
     "empfanger existiert nicht|empfanger nicht bekannt|unbekannter benutzer|"
     "benutzer unbekannt|benutzer existiert nicht|benutzer nicht gefunden|"
     "adresse existiert nicht|adresse unbekannt|adresse ist unbekannt|"
     "adresse wurde nicht gefunden|adresse nicht gefunden|nicht existent|existiert nicht|"
     "ungultige adresse|ungultiger empfanger|kein benutzer|kein postfach|keine mailbox|"
     "ist nicht bekannt"},
    {body, reason, "5.1.1", "French",
     "utilisateur inconnu|adresse inconnue|destinataire inconnu|adresse invalide|"
     "adresse incorrecte|boite inexistante|compte inexistant|adresse inexistante|"
     "destinataire introuvable|pas reconnue"},
    {body, reason, "5.1.1", "Spanish",
     "usuario desconocido|destinatario desconocido|direccion invalida|direccion no valida|"
     "direccion desconocida|usuario inexistente|cuenta inexistente|buzon inexistente|"
     "no se encontro"},
    {body, reason, "5.1.1", "Italian",
     "utente sconosciuto|destinatario sconosciuto|indirizzo sconosciuto|"
     "indirizzo inesistente|utente inesistente|casella inesistente|inesistente|"
     "indirizzo non valido"},
    {body, reason, "5.1.1", "Portuguese",
     "usuario desconhecido|destinatario desconhecido|endereco desconhecido|"
     "conta inexistente|endereco invalido|endereco nao encontrado|inexistente"},
    {body, reason, "5.1.1", "Dutch",
     "onbekende gebruiker|gebruiker onbekend|onbekende ontvanger|bestaat niet|"
     "ongeldig adres|niet gevonden"},
    {body, reason, "5.1.1", "Polish, Czech, Slovak",
     "nieznany uzytkownik|nieznany odbiorca|nie istnieje|nieznany adres|uzytkownik nieznany|"
     "nieprawidlowy adres|nie znaleziono|neznamy uzivatel|neexistuje|neznamy prijemce|"
     "uzivatel neexistuje|neexistujuc"},
    {body, reason, "5.1.1", "Swedish, Danish, Norwegian, Finnish",
     "okand anvandare|okand mottagare|finns inte|ukendt modtager|ukjent mottaker|"
     "findes ikke|finnes ikke|eksisterer ikke|ei loydy"},
    {body, reason, "5.1.1", "Hungarian, Romanian, Turkish",
     "nem letezik|nu exista|bulunamadi|mevcut degil"},
    {body, reason, "5.1.1", "Russian",
     "неизвестный пользователь|пользователь неизвестен|пользователь не найден|"
     "адрес не существует|ящик не найден|получатель неизвестен|неизвестный получатель|"
     "неверный адрес|несуществующ|нет такого пользователя|нет такого|не зарегистрирован|"
     "не існує|не знайдено"},
    {body, reason, "5.1.1", "Chinese",
     "用户不存在|收件人不存在|邮箱不存在|地址不存在|无此用户|没有此用户|无效的地址|未找到|找不到|"
     "用户未找到|查无此|無此用戶|使用者不存在|無此使用者|查無此|"
     "地址错误|地址有误|帐号不存在|帳號不存在"},
    {body, reason, "5.1.1", "Japanese",
     "ユーザーが存在しない|ユーザが存在しない|ユーザー不明|宛先不明|あて先不明|宛先が見つかり|"
     "アドレスが見つかり|見つかりません|存在しません|存在しない|該当するユーザ|"
     "不明なユーザ|ユーザーが見つかり|宛先のアドレスが|アドレスに誤り"},
    {body, reason, "5.1.1", "Korean",
     "존재하지 않|사용자를 찾을 수 없|찾을 수 없|없는 사용자|수신자가 없|잘못된 주소|알 수 없는"},
    {body, reason, "5.2.1", "common",
     "account disabled|account has been disabled|account suspended|has been suspended|"
     "is suspended|account inactive|is inactive|not active|is disabled|deactivated|"
     "mailbox is locked|account closed|account expired|not accepting|no longer accept|"
     "not receiving|is not allowed to receive|no longer with|no longer work|"
     "no longer employed|has left|left the company|no longer in use|no longer used|"
     "no longer active|disabled|inactive|is blocked|no longer available"},
    {body, reason, "5.2.1", "German, French, Spanish, Italian, Portuguese",
     "gesperrt|deaktiviert|nicht mehr aktiv|nicht mehr gultig|desactive|plus valide|"
     "desactivad|inhabilitad|suspendid|disabilitat|disattivat|sospes|desativad|bloquead"},
    {body, reason, "5.2.1", "Dutch, Polish, Russian, Chinese, Japanese",
     "uitgeschakeld|gedeactiveerd|zablokowan|nieaktywn|wylaczon|заблокирован|отключен|"
     "неактивен|被禁用|已停用|已禁用|已注销|被冻结|停用|無効|停止されて|利用停止"},
    {body, reason, "5.7.1", "common",
     "unsolicited|junk mail|rejected by policy|policy violation|local policy|policy reason|"
     "security policy|blacklist|blocklist|block list|black list|denylist|blackhole|dnsbl|"
     "spamhaus|spamcop|poor reputation|access denied|permission denied|not authorized|"
     "not authorised|relaying denied|relay denied|relay not permitted|"
     "not permitted to relay|unable to relay|we do not relay|relaying prohibited|"
     "relaying not allowed|authentication required|administrative prohibition|"
     "administratively|only accepts|sender rejected|sender denied|only members|not a member|"
     "malware|spam|blocked|denied|refused|rejected by|not allowed|not permitted|prohibited|"
     "restricted|reputation|virus"},
    {body, reason, "5.7.1", "other languages",
     "zuruckgewiesen|nicht "
     "berechtigt|denegad|запрещен|спам|垃圾邮件|拒收|垃圾郵件|迷惑メール|スパム|스팸|차단|"
     "abgelehnt|verweigert|rejete|rechazad|rifiutat|respint|rejeitad|recusad|geweigerd|"
     "odrzucon|отклонен|отвергнут|被拒|拒绝|拒絕|拒否|거부"},
    {body, reason, "5.4.6", "common",
     "mail loop|loop detected|routing loop|too many received|hop count exceeded|loops back|"
     "mail forwarding loop|maximum hop"},
    {body, reason, "4.4.1", "other languages",
     "keine verbindung|nicht erreichbar|injoignable|недоступен|無法連線"},
    {body, reason, "4.4.7", "lhost-imailserver-04", " attempts: "},
    {body, reason, "4.4.7", "Exim", "message has been frozen|been on the queue for"},
    {body, reason, "4.4.7", "InterMail",
     "not be delivered within # day|not be delivered within # hour"},
    {body, reason, "4.4.7", "Yahoo", "multiple retries|number of retries"},
    {body, reason, "4.4.7", "Sendmail",
     "could not be delivered for # day|cannot send message for # day|"
     "could not send message for # day|within # day"},
    {body, reason, "4.4.7", "Exchange",
     "message timed out|maximum time|time limit|was not delivered before|"
     "unable to deliver message in the given time"},
    {body, reason, "4.4.7", "common",
     "too old|queue time|queue for too long|been in the queue|expired after|has expired|"
     "have stopped|delivery attempts have been|attempts have failed|has been trying for|"
     "tried for # day|tried for # hour|trying for # day|for more than # day|for over # day|"
     "for the last # day|for the past # day|for # days|after # days|after # day(s)|"
     "after # attempts|after # tries|after # retries|after several attempts|"
     "after numerous attempts|repeated attempts|repeatedly"},
    {body, reason, "4.4.7", "German", "zeitlimit|nach # tagen|seit # tagen|innerhalb von # tagen"},
    {body, reason, "4.4.7", "French", "pendant # jours|apres # jours|apres # tentatives"},
    {body, reason, "4.4.7", "Spanish, Italian, Portuguese",
     "durante # dias|despues de # dias|tras # dias|dopo # giorni|per # giorni|apos # dias|"
     "por # dias|apos # tentativas"},
    {body, reason, "4.4.7", "Dutch, Polish",
     "na # dagen|gedurende # dagen|przez # dni|po # dniach"},
    {body, reason, "4.4.7", "Russian", "в течение # дн"},
    {body, reason, "4.4.7", "Chinese", "多次尝试|多次嘗試"},
    {body, reason, "5.1.1", "German, French, Spanish, Italian, Portuguese, Dutch",
     "unbekannt|nicht gefunden|inconnu|introuvable|n'existe pas|no existe|desconocid|"
     "no encontrado|non esiste|sconosciuto|non trovato|non valido|nao existe|nao encontrado|"
     "desconhecid|onbekend"},
    {body, reason, "5.1.1", "Hungarian, Romanian, Turkish, Russian, Chinese",
     "ismeretlen|necunoscut|gecersiz|не существует|не найден|不存在"},
};

}  // namespace

std::span<const ProseRule> words_of_reason() { return kReasonRules; }

}  // namespace waybill::relay::returnpath::report
