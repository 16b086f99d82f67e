// Pages as web/README.md describes them; the product's templates follow the same contract.

const head = ({ nonce, assets, state }, title, user = state.user) => `<!doctype html>
<html lang="zh-CN" data-theme="${state.theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
${user ? `<meta name="zy-user" content="${user}">` : ""}
<meta name="zy-keys" content='${state.keys}'>
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"history":false}'>
<link rel="icon" href="/static/${assets["icon.svg"]}"><link rel="stylesheet" href="/static/${assets["app.css"]}"><script defer nonce="${nonce}" src="/static/${assets["app.js"]}"></script></head>`;

const outbox = `<div class="banners"><div class="banner warn" data-outbox role="status" hidden><span data-outbox-text data-text="{n} 个通话等待提交"></span><span data-outbox-refused data-text="{n} 个通话需要修改后再提交" hidden></span><a data-outbox-signin href="/signin" hidden>请登录，登录后自动提交</a></div></div>`;

const common = `<div class="toasts" data-toasts role="status" aria-live="polite"></div><template data-toast><div class="toast"><div data-toast-text></div><button class="link" type="button" data-toast-close aria-label="关闭">✕</button></div></template>
<dialog class="keys" data-keys-help aria-labelledby="keys-title"><h2 id="keys-title">快捷键</h2><dl data-keys-list></dl><div class="actions"><button class="btn" type="button" data-close>关闭</button></div></dialog>
<dialog data-unsent aria-label="退出"><form method="dialog"><p data-text="还有 {n} 个通话没有提交，退出后要重新登录才会提交。"></p><div class="actions"><button class="btn" value="">留下</button><button class="btn danger" value="leave">仍要退出</button></div></form></dialog>`;

const NAV = ["今日工作台", "回访", "来电受理", "投诉", "客户档案"];

export const plainPage = (site) => `${head(site, "今日工作台")}<body><a class="skip-link" href="#main">跳到正文</a><div class="shell"><header class="top">
<button class="nav-toggle" type="button" data-nav-toggle aria-controls="nav" aria-expanded="false" aria-label="菜单">☰</button><a class="logo" href="/">知音 ZHIYIN</a>
<form class="find" data-search role="search"><input id="find" name="q" type="search" role="combobox" autocomplete="off" aria-label="查找客户" aria-expanded="false" aria-controls="found" aria-autocomplete="list" placeholder="查找客户：姓名、手机、车牌、车架号" data-key="/" data-key-label="查找客户" hx-post="/search" hx-trigger="input delay:120ms" hx-target="#found" hx-sync="this:replace" hx-config="timeout:4s"><p hidden data-search-away>没有连上服务器。按 Enter 再找一次。</p><kbd>/</kbd><div id="found" role="listbox" aria-label="查找结果" hidden></div></form>
<div class="me"><a href="/">通知 <span data-count="notifications" hidden></span></a><form method="post" action="/signout" data-signout><button class="link" id="out">退出登录</button></form></div></header>
<nav class="nav" id="nav" aria-label="主菜单">${NAV.map((name, place) => `<a href="/" ${place ? "" : 'aria-current="page"'}>${name}</a>`).join("")}</nav><div class="nav-shade" data-nav-shade hidden></div>
${outbox}<main class="main" id="main"><h1>今日工作台</h1><a class="btn primary" href="/call" data-key="n">开始回访 <kbd>N</kbd></a>
<section class="card gap-top" data-live="import:9"><p data-live-text>等待写入</p><progress max="100" value="0" aria-label="写入进度"></progress></section>
</main></div>${common}</body></html>`;

const option = (q, value, label, effect, digit) =>
  `<label class="btn"><input type="radio" name="a.${q}" value="${value}" data-effect="${effect}" ${digit ? `data-digit="${digit}"` : ""}><kbd>${digit ?? "#"}</kbd>${label}</label>`;
const scale = (q) =>
  [["best", "非常满意", "good"], ["good", "满意", "good"], ["fair", "一般", "improve"], ["poor", "不满意", "bad"]]
    .map(([value, label, effect], place) => option(q, value, label, effect, place + 1))
    .join("") + option(q, "skip", "跳过", "neutral", "0");
const yesNo = (q) => option(q, "yes", "是", "neutral", 1) + option(q, "no", "否", "neutral", 2);
const marks = (q) =>
  [["praise", "表扬", "p"], ["suggestion", "建议", "s"], ["complaint", "抱怨", "c"], ["question", "咨询", "u"]]
    .map(([value, label, key]) => `<label class="pill"><input type="radio" name="m.${q}" value="${value}" data-mark data-key="${key}">${label} <kbd>${key.toUpperCase()}</kbd></label>`)
    .join("");
const question = (no, id, text, options, extra = "") =>
  `<fieldset class="q" data-q="${id}" aria-labelledby="t-${id}" ${extra}><span class="no">${no}</span><div><span class="t" id="t-${id}">${text}</span> <span class="pill brand" data-answer hidden></span></div>${
    options ? `<div class="opts">${options}</div>` : ""
  }<div class="sorry" hidden>请先致歉：让您久等了，真是抱歉，我会把这一点转给服务经理去改进。</div><div class="marks">${marks(id)}</div><textarea class="note" name="n.${id}" rows="2" data-note aria-label="备注：${text}"></textarea></fieldset>`;

export const callPage = (site) => `${head(site, "回访")}<body class="call">
<header class="strip"><a class="logo" href="/">知音</a><a class="back" href="/">← <span class="wide">队列</span></a><b>陈晓帆 先生</b><span class="pill info">维修三日</span><span class="pill wide">川A·7K3Q2</span><span class="muted extra">速派 2023 · 41,260 公里</span><span class="timer" data-timer role="timer">00:00</span><span class="muted extra">建议 2–3 分钟</span></header>
<form class="console" id="call" method="post" action="/tasks/812/attempts" novalidate data-call data-draft="task:812" data-draft-next="/next" data-lease="/tasks/812/lease">
<input type="hidden" name="client_id"><input type="hidden" name="seconds" data-elapsed><input type="hidden" name="version" value="3">
<aside class="card"><h2>本次到店</h2><dl><dt>进厂</dt><dd>11-19 09:12</dd><dt>项目</dt><dd>4 万公里保养、刹车异响检查</dd><dt>服务顾问</dt><dd>邓超群</dd><dt>结算</dt><dd>¥1,386（预估 ¥1,350）</dd></dl><h2>客户</h2><dl><dt>手机</dt><dd>138****4417 <button class="link" type="button" data-dial="/tasks/812/dials" data-failed="没有拨出" data-handed="已交给本机的电话程序拨号" data-key="d" data-key-label="拨打">拨打 <kbd>D</kbd></button></dd><dt>提示</dt><dd><span class="pill warn">半年内有 1 次投诉</span></dd><dt>新号码</dt><dd><input type="tel" name="phone" aria-label="新号码"></dd></dl><h2>往来</h2><ul class="tl"><li>11-19 保养 <span class="muted">邓超群</span></li><li>08-02 投诉 #1877 等待过久 <span class="pill ok">满意结案</span></li><li>2023-06-30 交车</li></ul></aside>
<section class="card"><div data-errors tabindex="-1"></div><div class="digits" data-dial-digits role="status" hidden><output></output><span class="muted" data-dial-left data-text="{n} 秒后隐去"></span></div>
<div class="row between"><h2>服务回访 · 本月重点 7 题</h2><span class="muted"><span data-progress data-text="已答 {n} / {m}" data-text-skipped="已答 {n} / {m}，跳过 {skipped}"></span> <span data-draft-saved hidden>· 已自动保存</span></span></div>
<div class="banner warn" data-draft-restored hidden>已恢复你上次没有提交的回答。</div><div class="banner ok" data-draft-pending hidden>已经记下，恢复连接后自动提交。</div><div class="banner warn" data-draft-left hidden>新号码没有保存在本机，恢复连接后请再填一次。</div><div class="banner warn" data-draft-waiting hidden>这个回访已有一份等待提交。</div><div class="banner bad" data-lease-lost hidden>这个任务已转给别人，你写的仍会保存。</div>
<div class="say">陈先生，您 19 号来店做的保养，想用两分钟听听您的感受，现在方便吗？</div><div class="dots" data-dots aria-hidden="true"></div>
${question(1, "self", "当天是您本人来的吗？", yesNo("self"))}${question(2, "booked", "来之前有预约吗？", yesNo("booked"))}
${question("", "booking", "对预约的满意程度", scale("booking"), 'data-show-if="booked:yes" hidden')}
${question(3, "explain", "开工前的项目说明", scale("explain"))}${question(4, "wait", "从送车到取车，对等待的时间您觉得怎么样？", scale("wait"))}
${question(5, "bill", "结算清单是否主动向您解释", yesNo("bill"))}${question(6, "clean", "交车时的洁净程度", scale("clean"))}${question(7, "more", "还有什么意见或建议", "")}
</section>
<aside class="card"><h2>此刻怎么说</h2><p>先听完，不打断；先安抚，再说明。</p><p class="muted">「给您添了麻烦，我先把您说的都记下来，今天就转给负责的经理。」</p><h2>不要说</h2><p class="never">我不知道 · 您到底让我们怎么办 · 这个办不到</p></aside>
<dialog id="unreached" aria-labelledby="unreached-title"><h2 id="unreached-title">没接通</h2><div class="btns"><button class="btn" name="outcome" value="no_answer">无人接听</button><button class="btn" name="outcome" value="busy">占线</button><button class="btn" name="outcome" value="refused">拒访</button><button class="btn quiet" type="button" data-close>取消</button></div></dialog>
<dialog id="later" aria-labelledby="later-title"><h2 id="later-title">不便，改约</h2><div class="field"><label for="when">约定时间</label><input id="when" name="when" type="datetime-local"></div><div class="actions"><button class="btn" type="button" data-close>取消</button><button class="btn primary" name="outcome" value="not_convenient">改约</button></div></dialog>
</form>
<footer class="foot"><button class="btn primary only-phone when-open" type="button" data-next>下一题</button><button class="btn primary when-done" form="call" name="outcome" value="complete" data-key="ctrl+enter">完成，下一位 <kbd>Ctrl Enter</kbd></button><button class="btn only-phone" type="button" data-dialog="#unreached">没接通 ▴</button><button class="btn not-phone" form="call" name="outcome" value="no_answer" data-key="n">无人接听 <kbd>N</kbd></button><button class="btn" type="button" data-dialog="#later" data-key="r">不便，改约 <kbd>R</kbd></button><button class="btn not-phone" form="call" name="outcome" value="refused" data-key="x">拒访 <kbd>X</kbd></button><span class="muted push wide">队列还有 37 位 · 平均 2 分 41 秒</span></footer>
${outbox}${common}</body></html>`;

export const offlinePage = (site) => `${head(site, "连接断开", "")}<body class="auth" data-offline><span class="logo">知音</span><main class="card"><h1>现在连不上服务器</h1><p>恢复后这一页会自己打开。</p>${outbox}<button class="btn primary" type="button" data-reload>再试一次</button></main></body></html>`;
