import{r as e,t}from"./chunk-SHT3W25Y-Vv6oaWT-.js";import"./chunk-POPQ4Y6H-D-fIUnt3.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-DeEnMITR.js";import"./chunk-F27PBJKO-Bz9E6HiE.js";import"./chunk-L3NEJ4N5-rLGuKqui.js";import"./chunk-OSK3NFVY-Cktr5dgo.js";import"./chunk-GVQU2GXP-DmxVfbbm.js";import"./chunk-4HAMMTFA-9WVxd921.js";import"./chunk-P2QGCYS3-uILVkO6K.js";import"./chunk-GMAD6QVW-DOo0WyKL.js";import"./chunk-PWAF6VOD-CnIfwHOo.js";import"./chunk-75Z2AOVW-BwW5Abpi.js";import"./chunk-DU6HZSFF-Aw60Qgfl.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};