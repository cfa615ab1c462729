import{r as e,t}from"./chunk-SHT3W25Y-dsb_CU6X.js";import"./chunk-POPQ4Y6H-BjBE1toD.js";import"./chunk-LNGE3PJU-DRjopGY8.js";import"./chunk-TLUHSLCS-CLXziBwl.js";import"./chunk-F27PBJKO-BuFu1DPy.js";import"./chunk-L3NEJ4N5-D1hY3Fbv.js";import"./chunk-OSK3NFVY-EiEX6J_q.js";import"./chunk-GVQU2GXP-bl_iOIci.js";import"./chunk-4HAMMTFA-D7vPx-8T.js";import"./chunk-P2QGCYS3-9cAIkvIh.js";import"./chunk-GMAD6QVW-mU9tDvp5.js";import"./chunk-PWAF6VOD-Bst4pwNl.js";import"./chunk-75Z2AOVW-Lk2y49vZ.js";import"./chunk-DU6HZSFF-BxRH9_hJ.js";import"./d3-selection-0IvC3OnK.js";import{n}from"./chunk-Y2CYZVJY-DsF7k-Jl.js";var r=t({defaultLayout:`swimlane`,styles:n(t=>`${e(t)}
  .swimlane.cluster rect {
    stroke: ${t.clusterBorder} !important;
  }
  [data-look="neo"].cluster rect {
    filter: none;
  }
`,`getStyles`)});export{r as diagram};