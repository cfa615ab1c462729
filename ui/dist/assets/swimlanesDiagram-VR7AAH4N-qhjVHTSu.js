import{r as e,t}from"./chunk-SHT3W25Y-BQtHwwRK.js";import"./chunk-POPQ4Y6H-C1XRARnj.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-CTOmSBC2.js";import"./chunk-F27PBJKO-D2E4zuS_.js";import"./chunk-L3NEJ4N5-DNaP7eBf.js";import"./chunk-OSK3NFVY-CwZV2Zar.js";import"./chunk-GVQU2GXP-DnjIlaVf.js";import"./chunk-4HAMMTFA-Cugh2eCQ.js";import"./chunk-P2QGCYS3-CylnZKDy.js";import"./chunk-GMAD6QVW-DsjTJgS4.js";import"./chunk-PWAF6VOD-Lh3dnXIt.js";import"./chunk-75Z2AOVW-7O3ZeGoO.js";import"./chunk-DU6HZSFF-ZhwiLHte.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};