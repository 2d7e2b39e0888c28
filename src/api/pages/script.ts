/**
 * The script of page views, as browsers get it. It does nothing until the site says `viveiro.consent()`: no request, nothing stored. The
 * number of the visitor is in the storage of the site itself. Kept small: a test holds it below 2 KB.
 */
export const PAGE_SCRIPT = `(function(w,d){
var k="viveiro.visitor",p="viveiro",s=d.currentScript,o=new URL(s.src).origin,on=0,last,token,mem;
function uuid(){return w.crypto.randomUUID()}
function id(){try{mem=w.localStorage.getItem(k)||mem||uuid();w.localStorage.setItem(k,mem)}catch(e){mem=mem||uuid()}return mem}
function post(path,body){var t=JSON.stringify(body),n=w.navigator;
if(!(n.sendBeacon&&n.sendBeacon(o+path,t)))w.fetch(o+path,{method:"POST",body:t,mode:"no-cors",keepalive:true}).catch(function(){})}
function take(){var u=new URL(w.location.href),t=u.searchParams.get(p);
if(t){token=t;u.searchParams.delete(p);w.history.replaceState(w.history.state,"",u.href)}return u.href}
function view(){var u=take();if(!on||(u===last&&!token))return;last=u;
post("/v1/pages",{visitor:id(),key:uuid(),url:u,title:d.title||void 0,referrer:d.referrer||void 0,token:token});token=void 0;fill()}
function fill(){var f=d.querySelectorAll("input[name=visitor]");for(var i=0;i<f.length;i++)f[i].value=on?id():""}
var push=w.history.pushState;
w.history.pushState=function(){push.apply(w.history,arguments);view()};
w.addEventListener("popstate",view);
w.viveiro={consent:function(){on=1;view()},
withdraw:function(){var v=on&&id();on=0;last=mem=void 0;try{w.localStorage.removeItem(k)}catch(e){}fill();if(v)post("/v1/pages/forget",{visitor:v})},
visitor:function(){return on?id():null}};
take()})(window,document);
`;
