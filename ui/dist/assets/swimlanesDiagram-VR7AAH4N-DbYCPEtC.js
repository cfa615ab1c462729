import{r as e,t}from"./chunk-SHT3W25Y-Xa30ToJJ.js";import"./chunk-POPQ4Y6H-s6mZ0o4K.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-CEaPNVNM.js";import"./chunk-F27PBJKO-BSTCuO3h.js";import"./chunk-L3NEJ4N5-m7tWYwLJ.js";import"./chunk-OSK3NFVY-CcxI95I6.js";import"./chunk-GVQU2GXP-Cn3rioBO.js";import"./chunk-4HAMMTFA-WiyTBGen.js";import"./chunk-P2QGCYS3-DnszMBi5.js";import"./chunk-GMAD6QVW-DIgfdr73.js";import"./chunk-PWAF6VOD-CBaDVAuy.js";import"./chunk-75Z2AOVW-Bk_jGQCM.js";import"./chunk-DU6HZSFF-BhYC5vz_.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};