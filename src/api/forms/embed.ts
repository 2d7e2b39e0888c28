import { PROVE_SCRIPT } from './proof-of-work';

/**
 * The script by which a site of somebody else shows a form: `<script src="…/f/NAME.js" async></script>`, where the form shall stand, or with
 * `data-into="#place"`. It fetches the form as JSON, builds it from elements (never from HTML text), sends it as JSON, and tells what is wrong
 * as the hosted page does. It sets no cookie and stores nothing. Kept small: a test holds it below 8 KB.
 */
export const EMBED_SCRIPT = `(function(w,d){
${PROVE_SCRIPT}
var s=d.currentScript,u=new URL(s.src),base=u.origin+u.pathname.replace(/\\.js$/,""),lang=s.getAttribute("data-lang")||d.documentElement.lang||"",
into=s.getAttribute("data-into"),root=into?d.querySelector(into):d.createElement("div"),id="viveiro-"+base.split("/").pop()+"-";
if(!into)s.parentNode.insertBefore(root,s.nextSibling);
function el(n,a,c){var e=d.createElement(n);for(var k in a||{})if(a[k]!=null&&a[k]!==false)e.setAttribute(k,a[k]===true?"":a[k]);
[].concat(c||[]).forEach(function(x){if(x!=null)e.appendChild(typeof x==="string"?d.createTextNode(x):x)});return e}
function hide(e){e.style.cssText="position:absolute;left:-10000px";return e}
function load(){var q=new URLSearchParams();if(lang)q.set("lang",lang);return fetch(base+".json?"+q,{credentials:"omit"}).then(function(r){if(!r.ok)throw r.status;return r.json()})}
function input(f,i){var c={id:i,name:f.name,required:f.required,autocomplete:f.autocomplete,"aria-describedby":f.hint?i+"-hint":null};
if(f.type==="textarea"){c.rows=6;c.maxlength=f.maxLength;return el("textarea",c)}
if(f.type==="select")return el("select",c,[el("option",{value:""},F.words.choose)].concat(f.options.map(function(o){return el("option",{value:o.value},o.label)})));
c.type={email:"email",phone:"tel",date:"date"}[f.type]||"text";if(f.type==="number")c.inputmode=f.integer?"numeric":"decimal";else if(f.maxLength)c.maxlength=f.maxLength;
if(f.type==="date"){c.min=f.min;c.max=f.max}return el("input",c)}
function box(n,i,t,r){return el("label",{"class":"viveiro-check"},[el("input",{type:"checkbox",id:i,name:n,value:"yes",required:r}),el("span",{},t+(r?" "+F.words.required:""))])}
function field(f){var i=id+f.name,h=f.hint?el("p",{"class":"viveiro-hint",id:i+"-hint"},f.hint):null,t=f.label+(f.required?" "+F.words.required:"");
if(f.type==="checkbox")return el("div",{"class":"viveiro-field"},[box(f.name,i,f.label,f.required),h]);
if(f.type==="multiselect"||f.as==="radio"){var k=f.type==="multiselect"?"checkbox":"radio";
return el("fieldset",{"class":"viveiro-field","aria-describedby":h?i+"-hint":null},[el("legend",{},t),h].concat(f.options.map(function(o,n){
return el("label",{"class":"viveiro-check"},[el("input",{type:k,id:n?i+"-"+n:i,name:f.name,value:o.value}),el("span",{},o.label)])})))}
return el("div",{"class":"viveiro-field"},[el("label",{"for":i},t),h,input(f,i)])}
var F,form,proof="";
function show(x){F=x;root.textContent="";root.className="viveiro-form";root.lang=F.locale;
form=el("form",{novalidate:true,"aria-label":F.title},[el("div",{"class":"viveiro-errors",role:"alert",tabindex:"-1",hidden:true})].concat(F.fields.map(field),[
F.consent?el("div",{"class":"viveiro-field"},[box("consent",id+"consent",F.consent.text,F.consent.required)]):null,
hide(el("p",{},[el("label",{"for":id+"website"},F.words.trap),el("input",{id:id+"website",name:"website",tabindex:"-1",autocomplete:"off"})])),
el("button",{type:"submit"},F.submit)]));
root.appendChild(el("h2",{},F.title));if(F.intro)root.appendChild(el("p",{},F.intro));root.appendChild(form);form.addEventListener("submit",send);token(F.token)}
function token(t){F.token=t;proof="";if(F.proofOfWork)viveiroProve(t,F.proofOfWork,function(p){if(F.token===t)proof=p})}
function all(n){return[].filter.call(form.elements,function(e){return e.name===n})}
function values(){var o={};F.fields.forEach(function(f){var e=all(f.name);
o[f.name]=f.type==="checkbox"?e[0].checked:f.type==="multiselect"?e.filter(function(x){return x.checked}).map(function(x){return x.value}):
f.as==="radio"?(e.filter(function(x){return x.checked})[0]||{value:""}).value:e[0].value});
var q=new URLSearchParams(w.location.search);F.hidden.forEach(function(h){var v=q.get(h.from);if(v)o[h.name]=v});return o}
function send(e){e.preventDefault();var b=form.querySelector("button"),c=all("consent")[0],v=w.viveiro&&w.viveiro.visitor&&w.viveiro.visitor();b.disabled=true;b.textContent=F.words.sending;
var m={token:F.token,lang:F.locale,answers:values(),website:all("website")[0].value,proof:proof};if(c)m.consent=c.checked;if(v)m.visitor=v;
var k=new URLSearchParams(w.location.search).get("utm_campaign");if(k)m.campaign=k.slice(0,100);
fetch(F.action,{method:"POST",credentials:"omit",headers:{"content-type":"application/json"},body:JSON.stringify(m)}).then(function(r){return r.json().then(function(j){r.ok?done(j):wrong(j)})})
.catch(function(){wrong({})}).then(function(){b.disabled=false;b.textContent=F.submit})}
function wrong(j){var box=form.querySelector(".viveiro-errors");box.textContent="";box.hidden=false;if(j.token)token(j.token);
[].forEach.call(form.querySelectorAll("[aria-invalid]"),function(e){e.removeAttribute("aria-invalid")});
[].forEach.call(form.querySelectorAll(".viveiro-error"),function(e){var a=all(e.getAttribute("data-for"))[0];if(a){var h=d.getElementById(a.id+"-hint");h?a.setAttribute("aria-describedby",h.id):a.removeAttribute("aria-describedby")}e.remove()});
box.appendChild(el("p",{},j.notice||F.words.errorTitle));
(j.errors||[]).forEach(function(x){var e=all(x.field)[0];if(!e)return;var i=e.id+"-error";e.setAttribute("aria-invalid","true");e.setAttribute("aria-describedby",[e.getAttribute("aria-describedby"),i].filter(Boolean).join(" "));
(e.closest("fieldset,.viveiro-field")||e.parentNode).appendChild(el("p",{"class":"viveiro-error",id:i,"data-for":x.field},x.problem));
box.appendChild(el("p",{},[el("a",{href:"#"+e.id},x.label+": "+x.problem)]))});box.focus()}
function done(j){root.textContent="";var p=el("p",{role:"status",tabindex:"-1"},j.message);root.appendChild(p);
if(j.ebook)root.appendChild(el("p",{},[el("a",{href:j.ebook.url},F.words.ebook)]));
if(j.calendar)root.appendChild(el("p",{},[el("a",{href:j.calendar.url},F.words.calendar)]));p.focus()}
load().then(show).catch(function(){root.appendChild(el("p",{},[el("a",{href:base+(lang?"?lang="+encodeURIComponent(lang):"")},d.title||base)]))})})(window,document);
`;
