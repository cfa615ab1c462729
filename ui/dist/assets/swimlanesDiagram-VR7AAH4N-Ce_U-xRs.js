import{r as e,t}from"./chunk-SHT3W25Y-BaBmfU9k.js";import"./chunk-POPQ4Y6H-Bv66wgmT.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-Bs7RQHE2.js";import"./chunk-F27PBJKO-BeddnXvL.js";import"./chunk-L3NEJ4N5-C5jCLu_g.js";import"./chunk-OSK3NFVY-DJxj85Xq.js";import"./chunk-GVQU2GXP-DqKVaAlP.js";import"./chunk-4HAMMTFA-Oxmgubuj.js";import"./chunk-P2QGCYS3-DCSzUjRp.js";import"./chunk-GMAD6QVW-C3TeEEIZ.js";import"./chunk-PWAF6VOD-CZ3js0RU.js";import"./chunk-75Z2AOVW-BFaV-7wQ.js";import"./chunk-DU6HZSFF-BCM2Kll9.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};