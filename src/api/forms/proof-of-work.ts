import { createHash } from 'node:crypto';

const PROOF = /^\d{1,15}$/;

/**
 * Whether a browser has done the work that was asked of it: SHA-256 of `token:proof` begins with so many zero bits. The token is signed,
 * belongs to one showing of one form, and counts once, so no work can be done beforehand or sold twice.
 */
export function isProof(token: string, proof: string, bits: number): boolean {
  return PROOF.test(proof) && zeroBits(createHash('sha256').update(`${token}:${proof}`).digest()) >= bits;
}

function zeroBits(hash: Buffer): number {
  const at = hash.findIndex((byte) => byte !== 0);
  return at < 0 ? hash.length * 8 : at * 8 + Math.clz32(hash[at] ?? 0) - 24;
}

/**
 * `viveiroProve(token, bits, done)` for browsers: looks for a proof in small portions, so that the page stays alive. Its own SHA-256,
 * because `crypto.subtle` is missing on pages without TLS. The message is ASCII and shorter than two blocks less nine bytes in each.
 */
export const PROVE_SCRIPT = `function viveiroProve(t,b,f){
var K=[],P=[],n=2,i,j;for(;K.length<64;n++){for(i=0,j=1;i<P.length;i++)if(n%P[i]===0){j=0;break}if(j){P.push(n);K.push(((Math.pow(n,1/3)%1)*4294967296)|0)}}
var H0=P.slice(0,8).map(function(p){return((Math.pow(p,1/2)%1)*4294967296)|0});
function r(x,c){return(x>>>c)|(x<<(32-c))}
function hash(s){var l=s.length,N=((l+8)>>6)+1,w=new Int32Array(N*16),H=H0.slice(),W=new Int32Array(64),i,k;
for(i=0;i<l;i++)w[i>>2]|=s.charCodeAt(i)<<(24-(i%4)*8);w[l>>2]|=128<<(24-(l%4)*8);w[N*16-1]=l*8;
for(k=0;k<N;k++){var a=H[0],b=H[1],c=H[2],d=H[3],e=H[4],f=H[5],g=H[6],h=H[7];
for(i=0;i<64;i++){if(i<16)W[i]=w[k*16+i];else{var x=W[i-15],y=W[i-2];W[i]=(W[i-16]+(r(x,7)^r(x,18)^(x>>>3))+W[i-7]+(r(y,17)^r(y,19)^(y>>>10)))|0}
var t1=(h+(r(e,6)^r(e,11)^r(e,25))+((e&f)^(~e&g))+K[i]+W[i])|0,t2=((r(a,2)^r(a,13)^r(a,22))+((a&b)^(a&c)^(b&c)))|0;
h=g;g=f;f=e;e=(d+t1)|0;d=c;c=b;b=a;a=(t1+t2)|0}
H[0]=(H[0]+a)|0;H[1]=(H[1]+b)|0;H[2]=(H[2]+c)|0;H[3]=(H[3]+d)|0;H[4]=(H[4]+e)|0;H[5]=(H[5]+f)|0;H[6]=(H[6]+g)|0;H[7]=(H[7]+h)|0}
return H[0]}
var v=0;(function go(){for(var m=v+2000;v<m;v++)if(hash(t+":"+v)>>>(32-b)===0)return f(String(v));setTimeout(go,0)})()}
`;

/** Of a hosted page: begins the work when the page is there, and puts the proof where the form sends it. */
export const PROOF_OF_PAGE = `${PROVE_SCRIPT}(function(d){var f=d.querySelector("form[data-proof]");
viveiroProve(f.elements.namedItem("token").value,+f.getAttribute("data-proof"),function(p){f.elements.namedItem("proof").value=p})})(document);
`;
