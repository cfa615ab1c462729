import{r as e,t}from"./chunk-SHT3W25Y-CPrVzEM4.js";import"./chunk-POPQ4Y6H-BDbMbp50.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-BKnV2ur4.js";import"./chunk-F27PBJKO-BRPzK58O.js";import"./chunk-L3NEJ4N5-BEfwqAK8.js";import"./chunk-OSK3NFVY-oKaDd5OS.js";import"./chunk-GVQU2GXP-uz2C8WqC.js";import"./chunk-4HAMMTFA-Di9uzPge.js";import"./chunk-P2QGCYS3-Ka0zucHV.js";import"./chunk-GMAD6QVW-x6uw2xI7.js";import"./chunk-PWAF6VOD-Asexja7l.js";import"./chunk-75Z2AOVW-BPsr0Ik-.js";import"./chunk-DU6HZSFF-BKQjZ-IB.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};